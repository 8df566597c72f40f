"""What reaches the classifier, as exact functions of the columns: for the formats, and for the fit by sums.

transformers.py  fitted transformers -> features
linear.py        features as exact functions of one input column each
steps.py         the names and the parts of an estimator's steps
"""
