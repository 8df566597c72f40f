"""One immutable value for every payload that crosses a boundary of the state machine.

`XTask` is what the state X hands to its Lambda function, and `...ed` what comes back, put at `$.x` of the state.
Every field is always there (None where it has nothing to say), because a missing path fails an execution on AWS.
The definition takes each state's parameters from these fields, so that a name exists in one place.

decisions.py      the outcomes of a run, and the decisions that choices read
training.py       Preprocess, Train, Evaluate
rollout.py        VersionModel, Replay, ShiftTraffic, SwapAlias
runs.py           RestoreAlias, RecordOutcome, and a run's input and output
interventions.py  move-alias: request and answer
endpoints.py      the endpoint of a version, and the instance types that one may have
instances.py      the instance types that a training job may ask for
batches.py        predict-batch: request and answer
transforms.py     the instance types that may transform a batch
payload.py        converts a payload to JSON and back
"""
