"""Decides which rows train and which are held out.

split.py       splits one object
stratified.py  a stratified draw, as scikit-learn's
strata.py      the groups of labels that an object is split by
keys.py        one number for each row, equal for rows that stay together
row_hashes.py  one number for each row, equal for equal rows
"""
