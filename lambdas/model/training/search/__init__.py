"""Searches for the best parameters of a recipe's estimator, before the fit.

candidates.py   the estimators that a search may choose
objectives.py   what its trials are compared by
searching.py    the search itself
foretelling.py  how long it takes
"""
