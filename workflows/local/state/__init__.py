"""The local AWS's state on disk: written whole, checked when it is read.

state_folder.py  where it lies, and who may use it
checkpoint.py    saves it while anything happens
generations.py   one generation that is whole, and the one before it
loading.py       loads it, whole or not at all
halves.py        what the services hold, and the objects: one may be gone
objects.py       S3's objects
object_files.py  the files of one object
whole_files.py   files that are written whole or not at all
backlog.py       how much of what is over it keeps
room.py          no room left on the disk
"""
