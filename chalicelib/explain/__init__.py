"""`nightswap explain`: why a run promoted its model or did not.

overview.py        gathers how a model stands, for GET /models/M, `nightswap versions` and the page
facts.py           gathers the facts of the run
explanation.py     explains them in plain words
champion_words.py  its sentences about the new model beside the live one
next_steps.py      suggests what to do next
"""
