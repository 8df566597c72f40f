"""Fits a pipeline of scalers, encoders and a logistic regression by sums over the rows, part by part.

The rows are never together in memory, and there may be any number of them. The optimum is the one that scikit-learn's
solvers go towards; it is reached exactly, and it is the same for rows that are cut another way.

From top to bottom; each imports what stands below it:

fit.py         the fit: sums, then passes, then a scikit-learn pipeline with its fitted attributes
foldable.py    which estimators fold, and why others do not
minimum.py     the weights with the least loss: Newton's method, or one without a Hessian where there are many
pipeline.py    sets the fitted attributes of scikit-learn's estimators from sums
objective.py   the loss of all rows with a penalty on the weights
mixing.py      from the features of a pipeline to the basis
losses.py      loss, gradient and curvature of a block of rows: two classes, and more
basis.py       a block of rows in the terms that all features are made of
summary.py     moments and counts of the columns
precise.py     sums with twice the digits, in any order
total.py       adds up what a function makes of each part
"""
