"""One execution of the retrain state machine, from its request to its outcome.

cleanup.py     Puts right what a dead run left: weights on the alias, a missing ledger entry, an outcome nobody
               recorded.
dataset.py     The objects that a run trains on: what lay in the bucket when it first looked.
novelty.py     Is there anything new to train on? A run goes on only with data, recipe and code that no other run has
               judged.
outcomes.py    How a run ends: the outcome is written once, the intermediates go, the lease is given back, the end is
               announced.
retraining.py  Starts retrain runs. The nightly rule and POST /retrain both come through `start`.
runs.py        What is known of a run, gathered from its own documents and its execution; never from the execution's
               history.
"""
