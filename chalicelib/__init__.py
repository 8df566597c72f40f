"""The light core that the API, the state machine's tasks and the command line share.

Standard library only; boto3 is imported in `aws/` alone. Nothing here imports `lambdas` or `workflows`, because
Chalice ships this folder and not those. From top to bottom; a folder imports itself and what stands below it:

aws/            one thin client for each AWS service
dashboard/      the page at GET /
api/            who may call which route, what comes in, what goes out
audit/          checks a model's record, and what serves against it (`nightswap verify`)
endpoints/      which endpoints of versions stay, and for how long
pruning/        deletes old versions
explain/        why a run promoted its model or did not
interventions/  what an operator does by hand: rollback, promote, pin, unpin, reject, restore, put-back
batches/        scores a file of instances on one version
runs/           a run from its request to its outcome
notices/        announces outcomes and moves to people and programs
promotion/      how a judged version goes live: replay, canary, swap; and every way back
approval/       the version that waits for a person, and what was decided about it
evidence/       what was judged, kept where a writer of the registry cannot change it
registry/       the numbered versions of a model, and which of them is live
quality/        how good the live version is on new rows, night by night
dates/          the dates of a data set: of its files, by their names, and of their rows, by a column
ledger/         every move of a model's alias
contracts/      the payloads between the states of the state machine
documents/      JSON documents in the bucket: one spelling, one reader, typed records
edges/          the outside world as the core sees it: one protocol for each AWS service

The words that all of them use:

settings/      what a stage can be set to: alone reads the environment
names.py       what every resource of a stage is called
layout.py      where everything lies in the bucket: alone writes S3 keys
errors.py      every error that nightswap raises on purpose
unexpected.py  turns every other exception into Unexpected
limits.py      the limits of size
cutting.py     cuts texts and lists to such a limit, and puts counts into words
bodies.py      reads JSON bodies
one_by_one.py  asks for many instances, and finds those that are refused
exact.py       compares numbers exactly
values.py      immutable values, and patterns, that cost little at import
digests.py     SHA-256 and HMAC without OpenSSL
log.py         writes one JSON line for each event
"""

import gc

USUAL = gc.get_threshold()
"""How many objects Python makes before it looks for garbage."""
WHILE_LOADING = 50_000
"""The same until all is loaded: what modules make stays, and to look through it took up to 8 % of a cold start."""
gc.set_threshold(WHILE_LOADING, *USUAL[1:])


def loaded() -> None:
    """What is there now is never garbage: leave it alone, and look for garbage in what is made from now on."""
    gc.freeze()
    gc.set_threshold(*USUAL)
