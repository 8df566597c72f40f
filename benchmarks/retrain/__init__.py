"""A night of the product beside the same night as a plain script of pandas and scikit-learn.

plain.py     the script
__main__.py  runs both, in turns, on 1, 4 and 16 files of the same rows
"""
