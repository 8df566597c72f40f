"""Deploys the Chalice app of a stage, and makes the settings that Chalice does not.

app.py                deploys it, finds it again
chalice_command.py    Chalice's own commands
app_package.py        its package
app_roles.py          the roles of its functions, where there is a permissions boundary
chalice_resources.py  finds it without Chalice's record
attach.py             log retention, failures of the nightly rule, throttles
keep_warm.py          rules that wake app and models
access_log.py         a log line for each request
old_tokens.py         moves the tokens of early releases
"""
