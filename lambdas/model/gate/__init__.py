"""The gate: the rules that decide whether a challenger passes.

judging.py     judges a metric by its declared bound: the value, or what the rows prove
baseline.py    does one class for every row pass the thresholds on this holdout?
bounds.py      what a count of rows proves about a share
thresholds.py  declared bounds, and values held against them
mcnemar.py     is the difference of champion and challenger more than chance?
parity.py      does the artifact give the estimator's answers?
"""
