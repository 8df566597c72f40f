"""How good a model is on rows that it was not trained on: the live one as they come, and the trials of a search.

series.py    a model's nights: `models/MODEL/quality/0000000042.json`
night.py     one of them: what the live version made of a night's new rows
left_out.py  what of the data is left out because it is bad: `models/MODEL/quarantined.json`
trials.py    a search for the best parameters of an estimator
interval.py  the ends that a true ratio is between
"""
