"""The format `trees`: decision trees, and sums of them.

format.py     its functions for the table of formats
supported.py  which estimators can be exported exactly
grown.py      a fitted classifier -> trees as arrays
boosted.py    a model of XGBoost's -> trees as arrays, and its own answers
xgboost_json.py   reads one from its file
xgboost_trees.py  its trees and categories
blended.py    a fitted classifier that is made of several -> these, and their curves
slots.py      how a row is laid out for them
written.py    the file
export.py     a fitted estimator -> the artifact
size.py       how large it may be, and about how large it will be, before the fit
artifact.py   reads an artifact back, checks it and scores with it
"""
