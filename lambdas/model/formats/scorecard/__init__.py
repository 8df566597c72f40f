"""The format `scorecard`: linear models as weights.

artifact.py      A scorecard, read back and scored by the very code that serves it.
export.py        A fitted estimator -> the scorecard that says the same: transformers folded into the weights of one
                 linear model.
format.py        What the table of formats asks of the format `scorecard`: `formats.Code`.
linear.py        The features that transformers make, as exact functions of one input column each.
size.py          How large a scorecard is, in bytes: foreseen before the fit, for Lambda takes none above a limit.
supported.py     Which scikit-learn estimators have an exact form as a scorecard: asked of an unfitted one, so before
                 any fit.
transformers.py  Fitted scikit-learn transformers -> what they make of features: read off their attributes, without
                 scikit-learn.
"""
