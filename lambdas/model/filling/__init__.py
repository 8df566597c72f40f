"""What takes the place of missing numbers, found on the training rows alone.

fills.py    of each column what takes the place of a missing number, and rows with it
commonest.py  the most frequent number of such a column
middle.py   medians of rows that are not together in memory
exactly.py  means of such rows, without rounding before the end

All of it is the same for rows that are cut into parts another way, to the last digit.
"""
