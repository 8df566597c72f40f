"""Handlers that are packed as `main.py`; each is a file of its own in Lambda's Python, with nothing of the product.

with_joblib.py   scikit-learn and joblib as most guides have it: the model is loaded when the module is
with_pandas.py   the same through a DataFrame
spinning.py      takes as much of the processor as it gets, and tells how much that was
"""
