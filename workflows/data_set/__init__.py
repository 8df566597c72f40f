"""The files of a model's data set: added, removed and erased, all of a command or none.

objects.py       the objects of a data set, one by one
adding.py        looks at files, then adds all or none
writing.py       writes files, or puts back what stood there
removing.py      takes files out
erasing.py       takes a file's rows out of everywhere
erasing_plan.py  what erasing would take
lineage.py       which versions and runs were made of a file
quoting.py       which documents quote rows
matching.py      which quoted rows come from the erased files
redacting.py     takes rows out of the documents that quote them
"""
