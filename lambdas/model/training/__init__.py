"""Fits a recipe's estimator.

cross_validation.py  How well a recipe does on rows that it was not fitted on, beside the holdout: with its spread
                     over folds.
estimator.py         Fits a recipe's estimator and keeps what there is to know about the fit.
trial.py             A recipe tried before the fit that counts: what a fit and an export of few rows show, nobody
                     waits for many.
"""
