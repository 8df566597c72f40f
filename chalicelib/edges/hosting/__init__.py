"""What stands beside Lambda to serve a model.

endpoints.py       SageMaker: the endpoints of versions
failures.py        why a version got none, in words
transform_jobs.py  SageMaker: jobs that score a stored batch on the model of a version
"""
