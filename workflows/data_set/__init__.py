"""Adds, lists, removes and erases the files of a model's data set, all files of a command or none.

objects.py       single objects of a data set
adding.py        checks files, then adds all or none
writing.py       writes files, or restores what was there
listing.py       tells what is recorded of each file
releasing.py     takes files out of quarantine
removing.py      takes files out, all or none
erasing.py       erases a file's rows wherever they lie
erasing_plan.py  what erasing would delete
lineage.py       which versions and runs were made of a file
quoting.py       which documents quote rows
matching.py      which quoted rows come from the erased files
redacting.py     takes rows out of the documents that quote them
batches/         which stored batches hold such rows
"""
