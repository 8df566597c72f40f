"""From a checkout to a running stage, in five phases; each can be repeated, and continues where another one stopped.

    1 the data stack      change_sets.py, events.py
    2 packages            uploads.py
    3 the main stack      change_sets.py, events.py
    4 the Chalice app     app.py, app_roles.py, record.py
    5 what hangs on it    attach.py; its logs are set up before it

Deploying never moves live traffic: the alias and the versions of a serving function are the state machine's.
"""
