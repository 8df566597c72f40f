"""From a checkout to a running stage, in four phases; each can be repeated, and continues where another one stopped.

    1 the data stack      change_sets.py, events.py
    2 packages            uploads.py
    3 the main stack      change_sets.py, events.py
    4 the Chalice app     app.py

Deploying never moves live traffic: the alias and the versions of a serving function are the state machine's.
"""
