"""The gate: the rules that decide whether a challenger passes.

judging.py           judges a metric by its declared bound: the value, or what the rows prove
dummy_classifier.py  does one class for every row pass the thresholds on this holdout?
bounds.py            what a count of rows proves about a share
thresholds.py        declared bounds, and values held against them
demands.py           what a recipe asks of the comparison
joint.py             counts rows by true class, champion's and challenger's answer
comparison.py        is the challenger shown worse than the champion?
comparison_text.py   says so in a sentence
ratchet.py           does the challenger become the anchor?
statistics/          the formulas
parity.py            does the artifact give the estimator's answers?
"""
