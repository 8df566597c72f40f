"""The artifact formats: a fitted estimator in a form that serves without scikit-learn.

table.py    the one table of formats: nobody else writes or reads an artifact
fitted.py   a fitted estimator, and what a format makes of it
package.py  the zip that is published
scorecard/  linear models as weights
"""
