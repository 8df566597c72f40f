"""From the tables of a data set to a training part, a holdout and a profile.

preparation.py  The objects of a data set -> training part, holdout and a profile.
profile.py      What a data set holds, in figures: for the run's document and for whoever wonders at a verdict.
room.py         Whether a data set fits into the memory of the tasks: told in words, where Lambda would end a task
                without any.
"""
