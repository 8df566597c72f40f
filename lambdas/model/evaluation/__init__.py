"""Scores challenger and champion on the holdout.

evaluation.py     the whole report, with the verdict in it
measures.py       every metric of one classifier
champion.py       the champion on the challenger's holdout
champion_fall.py  the champion tonight against its own judging
differences.py    the rows on which both differ most
replay_sample.py  rows with the artifact's answers, for Replay
"""
