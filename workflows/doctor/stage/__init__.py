"""Checks of the stage's own settings and functions.

stage_settings.py  the stage's entry in Chalice's configuration, and the recipes
runtimes.py        runtime, architecture and memory of the functions
function_sizes.py  every function with its layers against Lambda's limits
chalice_record.py  whether Chalice will find its REST API again
"""
