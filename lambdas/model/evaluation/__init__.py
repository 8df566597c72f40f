"""Scores challenger and champion on the holdout.

evaluation.py     the whole report, with the verdict in it
judging_again.py  the verdict of a kept report, by another recipe
verdict.py        all rules of a recipe, applied to what was measured
champion.py       the champion on the challenger's holdout
measures.py       every metric of one classifier
counted.py        the metrics that follow from a confusion matrix
flips.py          the rows that change sides, and the column that moved most
anchor.py         the anchor on it, and whether the challenger takes its place
champion_fall.py  the champion tonight against its own judging
live_quality.py   the live version on rows that it was not trained on
differences.py    the rows on which both differ most
replay_sample.py  rows with the artifact's answers, for Replay
"""
