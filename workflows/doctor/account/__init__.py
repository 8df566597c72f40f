"""Checks of the AWS account.

credentials.py    who calls AWS, and where
permissions.py    whether the caller may do what deploying takes
lambda_limits.py  what Lambda grants the account
existing.py       names that are taken: stacks, bucket, functions
online.py         lets AWS check the state machine and the templates
"""
