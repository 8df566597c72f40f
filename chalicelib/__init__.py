"""The light shared core: what the API, the state machine's tasks and the command line have in common.

Standard library only; boto3 is imported under `chalicelib.aws` alone. Nothing here imports `lambdas` or `workflows`,
because Chalice ships this folder and not those.
"""
