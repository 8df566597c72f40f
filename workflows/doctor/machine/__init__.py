"""Checks of this machine and this clone.

environments.py  The environments against their locks, and the pins of the oldest libraries, which hold each other.
recipe_files.py  That each recipe can be loaded and served.
requirements.py  Whether Chalice packs what requirements.txt lists: what it cannot build it leaves out, says so and
                 ends with 0.
tools.py         The tools of the machine.
"""
