"""Judges the kept nights of a model again by another recipe. It reads the bucket and writes nothing.

backtest.py         each night under the recipe, and what that would have saved and cost
reported_nights.py  the nights whose reports are kept
answered_rows.py    what was answered row by row on these nights
fates.py            what became of the versions that went live

`backtest.py` imports `lambdas.model` and `answered_rows.py` when they are needed: numpy takes a moment, for which no
other command should wait.
"""
