"""The clients of SageMaker, which only a stage needs whose recipe asks for it.

training_jobs.py  training jobs of runs that are over
"""
