"""Checks a recipe or a file of data before a run, and reports what the run would refuse.

recipe.py          a recipe by its model's name or its file; fitted and exported on made-up rows
file.py            a file of this machine, read as a run would read it
formats.py         which layers a stage needs, by the formats of its models
required.py        whether what a recipe requires is locked, and installed here
gate.py            what the gate can tell on rows like those of a file
split_forecast.py  how a file would be split that is not drawn row by row
outside.py         which files of a data set lie outside of the recipe's window
unlike.py          what of a file is unlike the data before it: columns that are swapped, or tell nothing
missing_texts.py   texts that look like a missing value, or like one another, and what the recipe can say of them
same_content.py    which files hold the same rows, under any name, zipped or not
capacity.py        how many rows fit into the tasks
rows.py            whether a quoted row is one of a file's

Of the workflows only this folder, `drafting` and `backtesting` import `lambdas.model`, and only when it is needed:
numpy, pandas and scikit-learn take seconds, which no other command should wait for.
"""
