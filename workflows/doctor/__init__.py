"""What stands in the way of a deployment, found before it begins. Nothing here changes anything.

finding.py          what a check says: how bad, what, where, and the way out
tools.py            Python, git, uv
environments.py     the environments against their locks, and the pins that hold each other
stage_settings.py   the stage's entry in Chalice's configuration, and the recipes
runtimes.py         what the functions run on: runtime, architecture, memory
requirements.py     whether Chalice packs what requirements.txt lists
function_sizes.py   every function with its layers against Lambda's limits
credentials.py      who calls AWS, and where
permissions.py      whether the caller may do what deploying takes
limits.py           what Lambda grants the account
existing.py         names that are taken: stacks, bucket, functions
chalice_record.py   whether Chalice will find its REST API again
examination.py      all of them, in order
deployer_policy.py  the smallest policy of the person who deploys
"""
