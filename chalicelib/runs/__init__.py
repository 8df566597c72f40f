"""One execution of the retrain state machine, from its request to its outcome.

retraining.py  starts a run: the nightly rule and POST /retrain
approving.py   starts the run that takes an approved version live
taking_up.py   Preprocess of such a run
dataset.py     the objects that it trains on
row_counts.py  the rows of each object, as the last run counted them
novelty.py     is there anything new to train on?
outcomes.py    ends a run: writes its outcome, once
cleanup.py     RestoreAlias: repairs what a dead run left
cut_off.py     a task that ran out of memory or time, in words
runs.py        what the API tells of runs
durations.py   how long each state took the last time
peaks.py       how much memory each state took
"""
