"""The local AWS's state on disk: written whole, checked when it is read.

backlog.py       How much of what is over the local AWS remembers: the emulator forgets no execution, event, log line
                 or metric.
checkpoint.py    The emulator's state on disk, every 2 s while anything happens: it writes it at a clean stop alone.
generations.py   The saved state of all services: one generation that is whole, and the one before it.
halves.py        The state has two halves, what the services hold and the objects: somebody may take one away by hand.
loading.py       Loads the saved state into the emulator, whole or not at all: it would itself log what fails, and go
                 on empty.
object_files.py  The files of an object of S3, its bytes and its description: all of them get their names, or none
                 does.
objects.py       S3's objects: whole and on disk alone, and no version for longer than the bucket's lifecycle says.
room.py          No room left, on the disk or in a quota: what the local AWS says then.
state_folder.py  Where the local AWS keeps its state, and who may use it.
whole_files.py   Files that are written whole or not at all, whatever ends the process or the machine meanwhile.
"""
