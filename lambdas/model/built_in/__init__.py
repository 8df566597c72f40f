"""SageMaker's own algorithms, as a recipe names one in the place of an estimator. Standard library only.

algorithms.py       which there are, and what a training job of one is told
hyperparameters.py  what each takes, by its documented ranges
"""
