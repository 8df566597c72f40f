"""Makes what the emulator's CloudFormation makes in part, or not at all.

bucket_configurations.py  encryption, ownership and lifecycle of a bucket
budgets.py                budgets
"""
