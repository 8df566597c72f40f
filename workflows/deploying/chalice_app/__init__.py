"""The Chalice app of a stage: its deployment, and what is set beside it afterwards.

access_log.py         A line for each request of the API, whoever answered it: the routes, the authorizer, or API
                      Gateway itself.
app.py                The Chalice app: deployed by Chalice's own commands, and found again by the record that Chalice
                      keeps.
app_package.py        Chalice's package of the app, readable for the user that Lambda runs it as, whatever this user's
                      umask is.
app_roles.py          The roles of the app's functions, where the stage has a permissions boundary.
attach.py             What hangs on what Chalice makes: how long its logs are kept, where failures of the night go,
                      how much it takes.
chalice_command.py    Chalice's own commands, but for one thing: the app's runtime is a setting, not the Python that
                      runs them.
chalice_resources.py  What exists of a stage's Chalice app, found without Chalice's record: by name, and the REST API
                      by what it calls.
old_tokens.py         Tokens of releases up to format 1, which kept them all in one SSM parameter: each becomes an
                      object of its own.
"""
