"""The gate: the rules that decide whether a challenger passes.

mcnemar.py     The paired test of champion and challenger on the same rows: is their difference more than chance?
parity.py      Does the artifact say what the estimator said? Rules of the gate: what is served must be what was
               fitted.
thresholds.py  The gate: declared bounds, each judged by itself, failing closed.
"""
