"""Finds mistakes in a definition, one kind per module; `workflows.definitions.checker` joins them.

machines.py        what a definition is held against
structure.py       fields and types that the grammar has and these checks do not read
policies.py        time-outs, Retry, Catch
function_calls.py  the functions that are called, and with which fields
references.py      every path through the machine, walked with sample data: does every reference find its value?
paths.py           reading and writing by path, as Step Functions does
samples.py         sample data, made from the contracts
loops.py           does every loop end?
integrations.py    parameters of calls straight to an AWS service, against botocore's model of it
problem.py         the problem that all checks report

statelint's check of the grammar goes before them all. Nothing passes unread.
"""
