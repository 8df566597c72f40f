"""How a judged version goes live: replay, canary, swap, and the ways out of each.

canary.py      Is a version that has a share of the traffic as healthy as the live one? Any doubt is a no.
commitment.py  The points of no return of a run: its first shift of traffic and its swap, for each of two judgings.
fencing.py     Makes sure that a run can no longer move the alias: one that broke, or one that gives way.
lease.py       One run per model: the lease that Preprocess takes and the end of the run gives back.
obstacles.py   What Replay, ShiftTraffic and SwapAlias share: what stands in the way of a rollout.
promotion.py   The one function that moves an alias. Shifts, promotion, rollback, restoring, pins: every move goes
               through it.
proving.py     Proves a published version before it has any traffic, and decides how its rollout goes on.
replaying.py   Asks published function versions, by their numbers, for rows of the holdout: do they answer as they
               were judged?
shift.py       One step of the canary: looks at the health of the last share, then shifts the next, or goes back.
swap.py        The end of a run that goes well: its version is made live, if `live` is still what the model was judged
               against.
"""
