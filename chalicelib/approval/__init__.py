"""Versions that wait for a person: a recipe or a stage with `approve` promotes nothing that nobody approved.

waiting.py    the version of a model that waits, and what was decided about it
refusals.py   why a version cannot be approved, or rejected, now
rejection.py  carries a rejection out
fate.py       what became of a version that waited
"""
