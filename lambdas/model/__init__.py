"""The pure machine learning: no AWS, no environment, no clock, nothing global. Data in, data out.

From bottom to top; a folder imports itself and what stands above it in this list:

arrays.py       the types of arrays
predictions.py  labels and probabilities of rows
artifact.py     scores an artifact, whatever its format
metrics/        confusion matrix, ratios, curves
gate/           the rules that decide whether a challenger passes
recipe/         describes a model: columns, label, classes, estimator, split, thresholds
reading/        from an object's bytes to a table, or to an error that names the cell
splitting/      which rows train and which are held out
data/           training part, holdout and profile of a data set
formats/        the artifact formats
training/       fits an estimator
evaluation/     scores challenger and champion on the holdout
thresholds.py   lets recipes of earlier releases import at_least from here

Of the `__init__.py` below, only `recipe/`'s exports names: Evaluate must not load scikit-learn, nor Train pandas.
"""
