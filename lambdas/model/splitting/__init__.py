"""Decides which rows train and which are held out.

split.py       splits one object
stratified.py  a stratified draw, as scikit-learn's
strata.py      the groups of labels that an object is split by
keys.py        one number for each row, equal for rows that stay together
days.py        the days of rows, from a column of dates
sides.py       which rows keys or days hold out
row_hashes.py  one number for each row, equal for equal rows
"""
