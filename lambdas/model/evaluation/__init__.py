"""What the holdout says of challenger and champion.

evaluation.py     the whole report, with the verdict in it
measures.py       everything that a holdout says of one classifier
champion.py       the champion on the challenger's holdout
champion_fall.py  the champion tonight beside the champion when it was judged itself
differences.py    the rows on which both differ most
replay_sample.py  rows with the artifact's answers, for Replay
"""
