"""`nightswap explain`: why a run promoted its model or did not.

facts.py        gathers what is known of the run
explanation.py  says it in plain words
next_steps.py   what became of the run's version since, and what to do
"""
