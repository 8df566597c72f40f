"""What can be wrong with a definition, one kind of mistake per module; `workflows.definitions.checker` joins them.

    structure      fields and types that the grammar has and these checks do not read
    policies       time-outs, Retry, Catch
    calls          the functions that are called, and with which fields
    references     every path through the machine, walked with sample data: is everything there that is read?
    loops          ways that lead back: does something count the rounds?
    integrations   parameters of calls straight to an AWS service, against botocore's model of it

statelint's check of the grammar goes before them all. Nothing passes unread.
"""
