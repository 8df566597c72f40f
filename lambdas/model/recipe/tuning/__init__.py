"""What a recipe says of tuning: which parameters of its estimator are searched, and how.

ranges.py          the ranges and the search that they belong to
range_types.py     checks the type of each range
tuning_rules.py    finds what makes no sense in them
built_in_rules.py  the same of SageMaker's own algorithms
of_built_ins.py    what can be tuned of those, and by which of their metrics
"""
