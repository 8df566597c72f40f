"""Checks of the AWS account.

credentials.py  Who calls AWS, and in which region.
existing.py     Names that are taken by somebody else: a stack, the bucket, a function.
limits.py       What Lambda grants the account. New accounts get little, and nothing says so until a retrain is
                throttled.
online.py       What AWS itself says of the state machine and the templates before anything is made of them.
permissions.py  What the deployer's policy permits that the caller may not do: asked of IAM, which simulates it and
                does nothing.
"""
