"""Fits a recipe's estimator.

estimator.py         the fit, and the facts about it
cross_validation.py  how well the recipe does on the training part
trial.py             a fit of few rows, before the real one
"""
