"""Which rows train and which are held out.

split.py       the draw of one object
stratified.py  a stratified draw, as scikit-learn draws
strata.py      what stands for the classes while an object is split
row_hashes.py  one number for each row, equal for equal rows
"""
