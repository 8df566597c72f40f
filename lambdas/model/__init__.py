"""The pure machine learning: no AWS, no environment, no clock, nothing global. Data in, data out.

From top to bottom; a folder imports itself and what stands below it:

thresholds.py   lets recipes of earlier releases import at_least from here
evaluation/     scores challenger and champion on the holdout
training/       fits an estimator
folding/        fits one by sums over the rows, part by part
formats/        the artifact formats
filling/        what takes the place of missing numbers
features/       what reaches the classifier, as functions of the columns
data/           training part, holdout and profile of a data set
splitting/      which rows train and which are held out
reading/        from an object's bytes to a table, or to an error that names the cell
recipe/         describes a model: columns, label, classes, estimator, split, thresholds
built_in/       SageMaker's own algorithms, as a recipe names one
gate/           the rules that decide whether a challenger passes
metrics/        confusion matrix, ratios, curves
arrays.py       the types of arrays
predictions.py  labels and probabilities of rows
artifact.py     scores an artifact, whatever its format

Of the `__init__.py` below, only `recipe/`'s exports names: Evaluate must not load scikit-learn, nor Train pandas.
"""
