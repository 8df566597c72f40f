"""Counts what the versions answer, part by part of the holdout; what is merged is as of all rows at once.

tally.py          all that is counted of one part
holdout.py        the holdout in parts
differences.py    the rows on which challenger and champion differ most
flips.py          the rows that change sides, and the column that moved most
replay_sample.py  rows with the artifact's answers, for Replay
copies.py         rows that are copies of one, by their class and their answers
row_answers.py    what each version answered for each different row, as it is kept
collecting.py     collects that slice by slice
answered.py       what a version answers for some rows
"""
