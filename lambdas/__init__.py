"""The state machine's tasks, one file for each, named as its state; and what they are made of.

A task's file holds `run` and `handler`, and decides nothing itself. `handler` is `carry_out` with its contract.
`run(task, edges, settings)` gets a payload and returns the next one. On the way it calls

    chalicelib     for what is decided, recorded or moved: one function, which gets the task, and may be repeated
    lambdas.model  for what is computed of rows, estimators or artifacts: it reads and writes nothing

What tests and the simulation replace, as the recipe's steps, is a keyword argument of `run`; its default is AWS's.
In the order of the states:

restore_alias.py   puts right what a dead run left
preprocess.py      reads the data set: training part, holdout, profile
train.py           fits the recipe's estimator, exports the artifact
evaluate.py        scores challenger and champion on the holdout; the gate decides
version_model.py   gives the model a number, publishes it
replay.py          asks the published version for rows of the holdout
shift_traffic.py   one step of the canary
swap_alias.py      makes the new version live
record_outcome.py  records how the run ended
move_alias.py      outside the state machine: what an operator asks of the alias

step.py            how every task is carried out
pieces.py          reads a data set object by object
intermediates.py   reads what an earlier task left
splits.py          how each object was first split
recipes/           one file for each model
model/             the pure machine learning
serve/             what runs behind a model's alias
"""
