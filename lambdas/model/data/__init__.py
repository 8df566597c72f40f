"""Prepares the rows of a data set for a run.

preparation.py  training part and holdout of an object; the profile of all
profile.py      describes the data set in figures
sums.py         figures that add up
repeats.py      counts rows that occur more than once
swapped.py      finds columns whose values stand under each other's names
lost_values.py  finds columns that tell nothing any more, and classes without a row
part.py         rows as they are stored: compact, and mapped into memory
date_parts.py   rows as the estimator sees them, with parts of dates
room.py         checks that rows fit into the memory of the tasks
"""
