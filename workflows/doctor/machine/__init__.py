"""Checks of this machine and this clone.

tools.py         Python, git, uv
environments.py  the environments against their locks, and the pins that depend on each other
requirements.py  whether Chalice packs what requirements.txt lists
recipe_files.py  that each recipe can be loaded and served
"""
