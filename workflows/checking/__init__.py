"""What a run would refuse, told before there is a run: of a recipe, and of a file of data.

recipe.py    a recipe by its model's name or its file; fitted and exported on rows that are made up
file.py      a file of this machine, taken whole, and read as a run would read it
contents.py  which files hold the same rows, whatever their names and whether they are zipped
rows.py      whether a quoted row is one of a file's

It alone of the workflows knows `lambdas.model`, and loads it when it is asked: numpy, pandas and scikit-learn take
seconds, which no other command should wait for.
"""
