"""What a deployment of a stage would change. Nothing here makes, changes or removes anything that stays: a template
that is too long for a call lies among the intermediates of the stage's bucket, and they expire.

wanted.py        what deploying makes: templates, parameters, packages, definition
stacks.py        a stack's resources: what CloudFormation says of them, and what the stack has lost
change_sets.py   CloudFormation's own list of changes, asked for and taken back
machine.py       the state machine's definition, line by line
roles.py         the statements that roles gain and lose
app.py           the Chalice app as it would be, and the difference
live_app.py      the Chalice app as it is
values.py        a value before and after
packages.py      what would be uploaded
costs.py         what an idle month, a retrain and a thousand predictions cost
plan.py          all of it, as one document
"""
