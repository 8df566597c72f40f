"""What stands beside Lambda to serve a model.

endpoints.py  SageMaker: the endpoints of versions
failures.py   why a version got none, in words
"""
