"""The state machine's tasks, one file for each, named as its state; and what they are made of.

`model/` is the pure machine learning, `recipes/` says what each model is, `serve/` runs behind the alias.

A task's file holds `run` and `handler`, and decides nothing itself. `handler` is `carry_out` with its contract.
`run(task, edges, settings)` gets a payload and returns the next one. On the way it calls

    chalicelib     for what is decided, recorded or moved: one function, which gets the task, and may be repeated
    lambdas.model  for what is computed of rows, estimators or artifacts: it reads and writes nothing

What tests and the simulation replace, as the recipe's steps, is a keyword argument of `run`; its default is AWS's.
"""
