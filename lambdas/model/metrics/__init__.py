"""Confusion matrix, ratios and curves.

confusion.py  The confusion matrix, for any number of classes.
curves.py     Precision-recall and ROC over all thresholds of a probability, in numpy alone.
ratios.py     The ratios of a confusion matrix, for one class against all others. Undefined (0/0) is None, never 0 or
              1.
"""
