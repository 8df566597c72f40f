"""How good the live version is on rows that it was not trained on, as they come.

series.py    a model's nights: `models/MODEL/quality/0000000042.json`
night.py     one of them: what the live version made of a night's new rows
left_out.py  what of the data is left out because it is bad: `models/MODEL/quarantined.json`
interval.py  the ends that a true ratio is between
"""
