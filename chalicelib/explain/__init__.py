"""`nightswap explain`: why a run promoted its model or did not.

facts.py        gathers the facts of the run
explanation.py  explains them in plain words
next_steps.py   suggests what to do next
"""
