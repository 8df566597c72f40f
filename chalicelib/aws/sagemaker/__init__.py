"""The clients of SageMaker, which only a stage needs whose recipe asks for it.

endpoints.py      endpoints of versions
training_jobs.py  training jobs of runs that are over
"""
