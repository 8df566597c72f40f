"""Tells which columns moved a prediction most. Imported when a request asks for it, so that no other pays.

lead.py         the lead of a label over the next class, and what is asked and answered
along_paths.py  what each column adds, of trees
by_turns.py     what each column adds, of a model that does not add up its columns
"""
