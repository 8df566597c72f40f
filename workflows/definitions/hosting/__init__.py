"""What is on SageMaker beside the jobs that fit: where a stage's versions have endpoints.

transform.py  the machine that transforms chunks of a stored batch
endpoint.py   the states that make a version's endpoint
sessions.py   SageMaker's SDK, as far as it makes parameters
"""
