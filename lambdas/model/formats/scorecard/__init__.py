"""The format `scorecard`: linear models as weights.

format.py        its functions for the table of formats
supported.py     which estimators can be exported exactly
reasons.py       why the others cannot, and what is nearest to them
size.py          estimates the size of a scorecard
export.py        a fitted estimator -> a scorecard
by_column.py     scores many rows together, with the bits of the code that serves
linear_learner.py  reads a model of SageMaker's Linear Learner, and answers as it does
mxnet.py         reads the arrays of its parameter file
artifact.py      reads a scorecard back and scores with it
"""
