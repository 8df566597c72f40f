"""One frozen dataclass for every payload that crosses a boundary of the state machine.

`XTask` is what the state X hands to its Lambda function, and `...ed` what comes back, put at `$.x` of the state.
Every field is always there (None where it has nothing to say), because a missing path fails an execution on AWS.
The definition takes each state's parameters from these fields, so that a name exists in one place.

decisions.py      the outcomes of a run, and what choices read
training.py       Preprocess, Train, Evaluate
rollout.py        VersionModel, Replay, ShiftTraffic, SwapAlias
runs.py           RestoreAlias, RecordOutcome, and a run's input and output
interventions.py  what an operator asks of the alias
payload.py        a payload as JSON and back
"""
