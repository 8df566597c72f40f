"""The endpoints of a model's versions: which stay, and for how long.

clearing.py  deletes those that nobody needs any more
"""
