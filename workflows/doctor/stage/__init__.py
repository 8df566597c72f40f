"""Checks of the stage's own settings and functions.

chalice_record.py  Whether Chalice will find its REST API again. Without its record it makes a second one and says
                   nothing.
function_sizes.py  Every function with its layers against Lambda's limits, before anything is uploaded.
runtimes.py        What the functions of the stack run on, against what their wheels are made for and what new
                   accounts grant.
stage_settings.py  The stage's entry in `.chalice/config.json`: variables, policy files, tags, and the recipes that it
                   serves.
"""
