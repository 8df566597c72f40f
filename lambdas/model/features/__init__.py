"""What reaches the classifier, as exact functions of the columns: for the formats, and for the fit by sums.

transformers.py      fitted transformers -> features
one_hot.py           a fitted OneHotEncoder -> features
selections.py        fitted selectors -> features
projections.py       fitted projections -> features
column_functions.py  fitted transformers that take a function of each column -> features
naive_bayes.py       what a fitted naive Bayes adds up
linear.py            features as exact functions of one input column each, and sums of such
date_parts.py        parts of dates, as functions of the dates
imputers.py          how an estimator fills the missing values of its columns
missing.py           whether an estimator takes missing numbers as they are
steps.py             the names and the parts of an estimator's steps
searches.py          what a search may find, and what it found
"""
