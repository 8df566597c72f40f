"""Which rows train and which are held out.

row_hashes.py  One number for each row of a table, equal for equal rows: to count rows that occur more than once.
split.py       Which rows of an object are trained on and which are held out: a seeded draw that depends on the object
               alone.
strata.py      What stands for the classes of an object while it is split: its raw labels, grouped as the classes were
               at first.
stratified.py  A stratified, seeded draw: row for row what scikit-learn's train_test_split draws. The first rule of
               the split.
"""
