"""The gate: the rules that decide whether a challenger passes.

thresholds.py  declared bounds, each judged by itself
mcnemar.py     is the difference of champion and challenger more than chance?
parity.py      does the artifact give the estimator's answers?
"""
