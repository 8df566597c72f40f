"""What stands in the way of a deployment, found before it begins. Nothing here changes anything.

finding.py          what a check says: how bad, what, where, and the way out
examination.py      all checks, in order
machine/            this machine and this clone
stage/              the stage's settings and functions
account/            the AWS account
deployer_policy.py  the smallest policy of the person who deploys
"""
