"""Shows what a deployment of a stage would change. It leaves nothing behind but, where a template is too long for a
call, a copy of it among the intermediates of the stage's bucket, which expire.

wanted.py          what deploying makes: templates, parameters, packages, definition
stacks.py          the changes of a stack, and the resources that it has lost
change_sets.py     CloudFormation's own list of changes
machine.py         the state machine's definition, line by line
roles.py           the statements that roles gain and lose
app.py             the Chalice app as it would be, compared with
live_app.py        the Chalice app as it is
changed_values.py  a value before and after
packages.py        what would be uploaded
costs.py           what an idle month, a retrain and a thousand predictions cost
plan.py            all of it, as one document
"""
