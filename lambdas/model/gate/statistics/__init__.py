"""The statistics of the gate: numbers in, numbers out; what they decide is elsewhere.

compared.py    a ratio as sums over the rows
score_test.py  is a ratio worse than the champion's by more than a margin?
max_t.py       one error rate for many comparisons
tango.py       is a proportion proved no worse?
detectable.py  the smallest fall that would be noticed
falls.py       has the live version fallen since it was judged?
"""
