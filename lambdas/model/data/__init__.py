"""From the tables of a data set to what a run trains on.

preparation.py  training part and holdout
profile.py      what the data set holds, in figures
room.py         whether it fits into the memory of the tasks
"""
