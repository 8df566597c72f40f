"""Functions that `bench-cold` and `bench-warm` start: one model, served in every way that is compared.

contenders.py   the packages: an empty handler, each format, scikit-learn with joblib; and where the model lies
quota.py        a worker that gets a share of a core, as a function with little memory does
starting.py     a contender in a process of its own, cold or kept warm
folders.py      a package unpacked, with bytecode or without
of_the_app.py   authorizer and API, and the AWS that they ask
objects.py      a stand-in for S3 that gives the model
handlers/       what is packed as it stands: the handlers that are not the product's
"""
