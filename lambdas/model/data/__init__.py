"""Prepares the tables of a data set for a run.

preparation.py  training part and holdout
profile.py      describes the data set in figures
room.py         checks that it fits into the memory of the tasks
part.py         rows as they are stored: compact, and mapped into memory
"""
