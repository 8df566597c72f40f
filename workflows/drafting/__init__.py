"""Drafts the recipe of a first model from a CSV file: what a data scientist would write down before thinking twice.

draft.py            from the file to the recipe's text, or what cannot work
column_facts.py     what each column of the file holds
returning_dates.py  what comes again in a column of dates
near_labels.py      which labels are one class
array_names.py      which columns are one array
choosing.py         which columns become features, and why the others do not
features.py         what is chosen, and what the file tells of it
estimators.py       the functions that a drafted recipe has as its estimator
baseline.py         the thresholds, by what the estimator reaches in cross-validation
recipe_text.py      the recipe as Python, formatted as the project is
placing.py          puts it among the recipes
"""
