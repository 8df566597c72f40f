"""Deploys a checkout as a running stage, in five phases; each can be repeated, and continues an interrupted one.

    1 the data stack      cloudformation/
    2 packages            cloudformation/uploads.py
    3 the main stack      cloudformation/
    4 the Chalice app     chalice_app/
    5 settings of the app chalice_app/attach.py; its logs are set up before it

Deploying never moves live traffic: the alias and the versions of a serving function are the state machine's.

deploy.py         the five phases
destroy.py        removes a stage without a trace
cloudformation/   the two stacks, and their packages in the bucket
chalice_app/      the Chalice app, and settings that Chalice does not make
serving/          what is set of serving functions outside of the stacks: the direct lane
departures.py     refuses to remove live models by mistake
model_data.py     all that the bucket holds of one model
release.py        which release deployed a stage last
lock.py           one deployment at a time
record.py         Chalice's record of what it deployed
announcements.py  alarms that will ring though nothing is wrong
leftovers.py      what an account still holds of a stage
regions.py        whether a stage can be in the region
asking.py         asks AWS for resources that may not exist
progress.py       reports progress, waits for AWS
"""
