"""`nightswap explain`: why a run promoted its model or did not.

explanation.py  Why a run promoted its model or did not, in plain words, from the run's own documents. Text alone, no
                reading.
facts.py        What is known of why a run promoted its model or did not: what `explaining.explain` takes, as
                JSON-ready types.
next_steps.py   What became of a run's version since, and what there is to do about it. Text alone, no reading.
"""
