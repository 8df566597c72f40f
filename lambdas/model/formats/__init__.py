"""The artifact formats: a fitted estimator in a form that serves without scikit-learn.

all_formats.py     the one table of formats: no other module writes or reads an artifact
choice.py          which format a recipe's estimator goes into
refusals.py        which steps of an unfitted estimator a format cannot hold, and why
fitted.py          a fitted estimator, and its export
encoded.py         rows as one of SageMaker's own algorithms gets them
encoded_rows.py    the same as text
ubjson.py          reads the form of JSON that it may leave
numbered.py        classifiers that are fitted on numbers in place of the classes' names
schemas.py         what an artifact takes
listed_columns.py  the same as a manifest lists it, and how a run read its cells
package.py         the zip that is published
scorecard/         linear models as weights
trees/             decision trees and sums of them
onnx/              neighbours, networks and others as graphs
"""
