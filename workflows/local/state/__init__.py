"""Keeps the local AWS's state on disk: written completely, checked when it is read.

state_folder.py  where it lies, and who may use it
checkpoint.py    saves it while anything happens
generations.py   one complete generation, and the one before it
loading.py       loads it, all or nothing
halves.py        tells when the services' half or the objects are gone
objects.py       S3's objects
object_files.py  the files of one object
whole_files.py   writes files completely or not at all
backlog.py       bounds how much of the past it keeps
disk_full.py     reports a full disk
"""
