"""From a checkout to a running stage, in five phases; each can be repeated, and continues where another one stopped.

    1 the data stack      cloudformation/
    2 packages            cloudformation/uploads.py
    3 the main stack      cloudformation/
    4 the Chalice app     chalice_app/
    5 what hangs on it    chalice_app/attach.py; its logs are set up before it

Deploying never moves live traffic: the alias and the versions of a serving function are the state machine's.

deploy.py         the five phases
destroy.py        a stage removed without a trace
cloudformation/   the two stacks, and what they are made of
chalice_app/      the Chalice app, and what is set beside it
departures.py     models that would leave the stage
release.py        which release a stage was last deployed from
lock.py           one deployment at a time
record.py         Chalice's record of what it deployed
announcements.py  alarms that ring though nothing is wrong
leftovers.py      what a removed stage left
regions.py        which region is meant
asking.py         asks AWS for what may not be there
progress.py       what a person sees of it
"""
