"""What can be wrong with a definition, one kind of mistake per module; `workflows.definitions.checker` joins them.

structure.py     fields and types that the grammar has and these checks do not read
policies.py      time-outs, Retry, Catch
calls.py         the functions that are called, and with which fields
references.py    every path through the machine, walked with sample data: is everything there that is read?
paths.py         reading and writing by path, as Step Functions does
samples.py       sample data, made from the contracts
loops.py         ways that lead back: does something count the rounds?
integrations.py  parameters of calls straight to an AWS service, against botocore's model of it
problem.py       the one thing that all checks speak of

statelint's check of the grammar goes before them all. Nothing passes unread.
"""
