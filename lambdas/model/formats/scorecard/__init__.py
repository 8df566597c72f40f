"""The format `scorecard`: linear models as weights.

format.py        its functions for the table of formats
supported.py     which estimators can be exported exactly
size.py          estimates the size of a scorecard
export.py        a fitted estimator -> a scorecard
transformers.py  fitted transformers -> features
linear.py        features as exact functions of one input column each
artifact.py      reads a scorecard back and scores with it
"""
