"""Lets one run at a time work on a model: Preprocess takes a lease, and the end of the run gives it back.

It lies at `locks/MODEL` and names its holder. It is taken over only from a holder whose execution is not RUNNING; the
deadline is for alarms, because a slow run is still a run.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import moment, text
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, StoreUnavailable
from chalicelib.log import log

DEADLINE = timedelta(hours=2)
VISIBLE_WITHIN = timedelta(seconds=10)
"""DescribeExecution is eventually consistent (docs: API_DescribeExecution)."""
CONTENTION_LIMIT = 10
"""Tries before a lease that changes hands under us at every look is left to the state machine's Retry."""


class Leased(Document):
    """Which run holds the lease, and since when."""

    holder: str = holds(text)
    taken_at: str | None = holds(moment, default=None)
    deadline: str | None = holds(moment, default=None)


class Lease:
    """The lease of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._key = edges, layout.lease(model)

    def take(self, run: str) -> str:
        """Take the lease for the run; returns the holder's name, which is another run's when that one is going.

        Taking it again is harmless: Step Functions may repeat a task whose answer was lost.
        """
        store, now = self._edges.store, self._edges.clock()
        mine = Leased(
            holder=run, taken_at=documents.timestamp(now), deadline=documents.timestamp(now + DEADLINE)
        ).encode()
        for _ in range(CONTENTION_LIMIT):
            found = store.find(self._key)
            if found is None:
                if store.put_if_absent(self._key, mine):
                    return run
                continue
            leased = Leased.read(found.body, key=self._key)
            if leased.holder == run or self._is_held(leased):
                return leased.holder
            if store.put_if_match(self._key, mine, etag=found.etag):
                return run
        raise StoreUnavailable(
            f"the lease {self._key} changed hands {CONTENTION_LIMIT} times while {run} tried to take it"
        )

    def holder(self) -> str | None:
        """The run that holds the lease, going or not; None when nobody does."""
        leased = self._find()
        return leased.holder if leased else None

    def running_holder(self) -> str | None:
        """The run that holds the lease and is going."""
        leased = self._find()
        return leased.holder if leased and self._is_held(leased) else None

    def dead_holder(self) -> str | None:
        """The run that holds the lease and is not going any more."""
        leased = self._find()
        return leased.holder if leased and not self._is_held(leased) else None

    def release(self, run: str) -> bool:
        """Give the lease back, if the run holds it; says whether it did.

        A damaged one is left to the next run, which refuses it by name: how this run ended must not hang on it.
        """
        found = self._edges.store.find(self._key)
        try:
            if found is None or Leased.read(found.body, key=self._key).holder != run:
                return False
        except RegistryIncomplete as damage:
            log("lease_not_released", run=run, reason=damage.message)
            return False
        return self._edges.store.delete_if_match(self._key, etag=found.etag)

    def _find(self) -> Leased | None:
        return Leased.find(self._edges.store, self._key)

    def _is_held(self, leased: Leased) -> bool:
        """Whether the holder is going. An execution that Step Functions does not show yet is given a moment."""
        if self._edges.executions.find(leased.holder) is None:
            taken_at = leased.taken_at
            return taken_at is not None and self._edges.clock() - datetime.fromisoformat(taken_at) < VISIBLE_WITHIN
        return is_running(self._edges, leased.holder)


def is_running(edges: Edges, run: str) -> bool:
    """Whether the run's execution is RUNNING; one that Step Functions does not know is not."""
    execution = edges.executions.find(run)
    return execution is not None and execution.status == "RUNNING"
