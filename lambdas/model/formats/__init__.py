"""The artifact formats: a fitted estimator in a form that serves without scikit-learn.

fitted.py   A fitted estimator: the X that it takes, what it says of rows, what it raises, and what a format makes of
            it.
package.py  The zip that is published as a function version: code of `lambdas/serve`, the artifact and its manifest.
table.py    The artifact formats: the one table of what differs between them. Nobody else writes or reads an artifact.
"""
