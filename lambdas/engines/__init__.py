"""What stands in for a task on another engine than Lambda: a folder for each engine.

sagemaker/   a training job fits, in the place of Train
"""
