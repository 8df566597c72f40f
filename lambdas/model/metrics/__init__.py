"""Confusion matrix, ratios and curves.

confusion.py  the confusion matrix, for any number of classes
ratios.py     its ratios, for one class against all others
curves.py     precision-recall and ROC
"""
