"""Scores challenger and champion on the holdout.

evaluation.py     the whole report, with the verdict in it
judging_again.py  the verdict of a kept report, by another recipe
verdict.py        all rules of a recipe, applied to what was measured
measures.py       what each version is worth, by what was counted
anchor.py         the anchor on it, and whether the challenger takes its place
champion.py       the champion on the challenger's holdout
champion_fall.py  the champion tonight against its own judging
live_quality.py   the live version on rows that it was not trained on
counted.py        the metrics that follow from a confusion matrix
tally/            counts what the versions answer, part by part
"""
