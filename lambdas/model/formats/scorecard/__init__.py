"""The format `scorecard`: linear models as weights.

format.py        what the table of formats asks of it
supported.py     which estimators have an exact form as a scorecard
size.py          how large a scorecard will be
export.py        a fitted estimator -> a scorecard
transformers.py  what fitted transformers make of features
linear.py        features as exact functions of one input column each
artifact.py      a scorecard, read back and scored
"""
