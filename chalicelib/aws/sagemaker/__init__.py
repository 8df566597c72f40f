"""The clients of SageMaker, which only a stage needs whose recipe asks for it.

endpoints.py       endpoints of versions
transform_jobs.py  jobs that score a stored batch on the model of a version
training_jobs.py   training jobs and searches of runs: what their trials came to, and their end where a run is over
"""
