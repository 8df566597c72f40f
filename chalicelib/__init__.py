"""The light shared core: what the API, the state machine's tasks and the command line have in common.

Standard library only; boto3 is imported in `aws/` alone. Nothing here imports `lambdas` or `workflows`, because
Chalice ships this folder and not those. From top to bottom; a folder imports itself and what stands below it:

aws/            one thin client for each AWS service
dashboard/      the page at GET /
api/            who may call which route, what comes in, what goes out
audit/          is a model's record whole, and does it fit what serves? (`nightswap verify`)
pruning/        which old versions go
explain/        why a run promoted its model or did not
interventions/  what an operator asks for: rollback, promote, pin, unpin, restore, put-back
runs/           a run from its request to its outcome
notices/        what people and programs are told
promotion/      how a judged version goes live: replay, canary, swap; and every way back
evidence/       what was judged, out of reach of whoever can write the registry
registry/       the numbered versions of a model, and which of them is live
ledger/         what was live when
contracts/      the payloads between the states of the state machine
documents/      JSON documents in the bucket: one spelling, one reader, typed records
edges/          the outside world as the core sees it: one protocol for each AWS service

The words that all of them use:

settings.py    the one reader of the environment
schedules.py   the grammar of EventBridge's schedules
names.py       what every resource of a stage is called
layout.py      where everything lies in the bucket: the one owner of S3 keys
errors.py      every error that nightswap raises on purpose
unexpected.py  every other exception, said in our words
limits.py      how large a thing may be
cutting.py     texts and lists cut to such a limit
bodies.py      the one reader of JSON bodies
exact.py       numbers compared exactly
values.py      immutable values that cost nothing at import
log.py         one JSON line for each event
"""
