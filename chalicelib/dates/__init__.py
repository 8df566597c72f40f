"""The dates of a data set.

nights.py    the nights that names of objects tell, and days of the calendar
recorded.py  of which dates the rows of each object are, by a column
"""
