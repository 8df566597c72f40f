"""Finds what would stop a deployment, before it begins. Nothing here changes anything.

finding.py          what a check reports: how bad, what, where, and how to repair it
examination.py      all checks, in order
machine/            this machine and this clone
stage/              the stage's settings and functions
account/            the AWS account
deployer_policy.py  the smallest policy of the person who deploys
patterns.py         what the patterns in it stand for
"""
