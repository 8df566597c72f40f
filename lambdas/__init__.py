"""The state machine's tasks, one file for each, named as its state; and what they are made of.

`model/` is the pure machine learning, `recipes/` says what each model is, `serve/` runs behind the alias.
"""
