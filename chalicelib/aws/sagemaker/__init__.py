"""The clients of SageMaker, which only a stage needs whose recipe asks for it.

endpoints.py       endpoints of versions
transform_jobs.py  jobs that score a stored batch on the model of a version
ending_jobs.py     the end of a job of any kind, where it is at work
training_jobs.py   training jobs and searches of runs: what their trials came to, and their end where a run is over
"""
