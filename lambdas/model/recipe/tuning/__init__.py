"""What a recipe says of tuning: which parameters of its estimator are searched, and how.

ranges.py        the ranges and the search that they belong to
range_types.py   checks the type of each range
tuning_rules.py  finds what makes no sense in them
"""
