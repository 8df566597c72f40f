"""Brings a judged version live, and back.

lease.py       one run per model
versioning.py  VersionModel: gives the judged model a number, publishes it
proving.py     Replay: proves a published version before it has any traffic
replaying.py   asks published versions for rows of the holdout
shift.py       ShiftTraffic: one step of the canary
canary.py      is a version with a share of the traffic worse than the live one?
eprocess.py    does one version fail more often than another, however often one looks?
swap.py        SwapAlias: makes the new version live
obstacles.py   finds what forbids a run to move the alias: a pin, a quarantine, another run
commitment.py  the points of no return of a run
promotion.py   the one function that moves an alias
fencing.py     makes sure that a finished run can no longer move the alias
"""
