"""One execution of the retrain state machine, from its request to its outcome.

retraining.py  starts a run: the nightly rule and POST /retrain
dataset.py     the objects that it trains on
novelty.py     is there anything new to train on?
outcomes.py    how it ends: the outcome is written once
cleanup.py     RestoreAlias: puts right what a dead run left
runs.py        what the API tells of runs
"""
