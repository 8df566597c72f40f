"""What is set of serving functions outside of the stacks, which know no alias.

direct_lane.py   the URL of an alias
"""
