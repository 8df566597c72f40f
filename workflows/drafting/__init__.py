"""Drafts the recipe of a first model from a CSV file: what a data scientist would write down before thinking twice.

draft.py       from the file to the recipe's text, or what cannot work
columns.py     what each column of the file holds
dates.py       what comes again in a column of dates
labels.py      which labels are one class
arrays.py      which columns are one array
choosing.py    which columns become features, and why the others do not
features.py    what is chosen, and what the file tells of it
estimators.py  the functions that a drafted recipe has as its estimator
baseline.py    the thresholds, by what the estimator reaches in cross-validation
source.py      the recipe as Python, formatted as the project is
writing.py     puts it among the recipes
"""
