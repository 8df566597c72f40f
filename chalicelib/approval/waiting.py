"""Keeps the version of a model that waits for a person's approval: `models/MODEL/waiting.json`.

    the run ends Waiting -> put                        a newer version takes the place of an older one
    a run takes it up    -> decide(approved, by=RUN)   open again when that run ends without a promotion
    somebody rejects it  -> decide(rejected, by=NAME)  for good
    its time is over     -> the same, by the next run
    somebody promotes it -> closed: the ledger says so

Each decision is a compare-and-swap of the whole document, so of two at the same time one stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Protocol

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED, RETRAIN_FAILED, ROLLED_BACK, WAITING
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_one
from chalicelib.documents.shapes import digits, maybe, moment, number_from_1, one_of, text
from chalicelib.edges import Edges
from chalicelib.errors import StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry.run_documents import Outcome

APPROVED, REJECTED = "approved", "rejected"
APPROVE, REJECT = "approve", "reject"
"""What happens when nobody decides in time."""
DEADLINE = "the deadline"
"""Who decided, when nobody did."""
CONTENTION_LIMIT = 10


class Terms(Protocol):
    """How long a version waits, and what happens then: a recipe's Approval."""

    @property
    def within_hours(self) -> int: ...

    @property
    def otherwise(self) -> str: ...


class Decision(Document):
    """What was decided, by whom and why."""

    verdict: str = holds(one_of(APPROVED, REJECTED))
    by: str = holds(text)
    """The run, or the operator's request, that carries it out."""
    who: str = holds(text)
    why: str = holds(text)
    at: str = holds(moment)

    def in_words(self) -> str:
        return f"{self.verdict} by {self.who} at {self.at}: {self.why}"


def _waiting(value: Any) -> str | None:
    return Waiting.misfit(value)


class Waiting(Document):
    """A version that passed its gate and its replay, and the time that people have to approve it."""

    SCHEMA = 2

    run: str = holds(text)
    """That made it, and ended Waiting."""
    model: str = holds(text)
    model_version: int = holds(number_from_1)
    function_version: str = holds(digits)
    fingerprint: str = holds(text)
    champion: int | None = holds(maybe(number_from_1))
    """The model version that it was judged against; None where nothing was live."""
    verdict: str = holds(text)
    """The gate's, in words."""
    since: str = holds(moment)
    until: str = holds(moment)
    otherwise: str = holds(one_of(APPROVE, REJECT))
    decided: Decision | None = holds_one(Decision, default=None)
    replaced: Mapping[str, Any] | None = holds(maybe(_waiting), default=None)
    """The older version whose place it took, if that was rejected: by somebody who may have died over it."""

    @property
    def rejected(self) -> list[Waiting]:
        """The versions that were rejected, this one or that whose place it took, oldest first."""
        each = [*([Waiting.of(self.replaced)] if self.replaced else []), self]
        return [waiting for waiting in each if waiting.decided and waiting.decided.verdict == REJECTED]

    def is_late(self, now: datetime) -> bool:
        """Whether the time to decide is over."""
        return now >= datetime.fromisoformat(self.until)

    @property
    def words(self) -> str:
        """A sentence that stays true: what to do about it is told for as long as it can be done."""
        return f"version {self.model_version} {self._until}"

    def in_words(self) -> str:
        """As a noun; it is recorded, so it names no command that a later decision would make wrong."""
        return (
            f"version {self.model_version}, which {self._until}; what was decided since, and what can be done:"
            f" nightswap explain {self.run}"
        )

    @property
    def _until(self) -> str:
        what = "goes live" if self.otherwise == APPROVE else "is rejected"
        return f"waits for approval until {self.until} and {what} by the first run after that"


def proposed(edges: Edges, *, run: str) -> Waiting | None:
    """What Replay wrote of the run's version; it waits once the run has ended Waiting."""
    return Waiting.find(edges.store, layout.run_document(run, "waiting"))


def propose(edges: Edges, waiting: Waiting) -> Waiting:
    """Write it down, for the end of the run; a repeated Replay finds the first one's time."""
    return waiting.put_if_absent(edges.store, layout.run_document(waiting.run, "waiting"))


def deadline(edges: Edges, terms: Terms) -> str:
    return documents.timestamp(edges.clock() + timedelta(hours=terms.within_hours))


class Approvals:
    """What waits of one model. At most one version does."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._model, self._key = edges, model, layout.waiting(model)

    def find(self) -> Waiting | None:
        """The latest version that waited, whatever was decided about it; None when none ever did."""
        return Waiting.find(self._edges.store, self._key)

    def open(self) -> Waiting | None:
        """The version that waits now."""
        found = self.find()
        return found if found and self.is_open(found) else None

    def on_its_way(self) -> Waiting | None:
        """The version that waits, or that a run is taking live just now: nothing of it may be deleted."""
        found = self.find()
        decided = found.decided if found else None
        if found is None or self.is_open(found):
            return found
        if decided is None:
            return None if self.went_live(found) else found
        return found if decided.verdict == APPROVED and self._outcome(decided.by) is None else None

    def is_open(self, waiting: Waiting) -> bool:
        """Whether it is to be decided: nobody has, or the run that took it up ended without a promotion.

        Whoever promoted it by hand has decided too.
        """
        if self._outcome(waiting.run) != WAITING:  # not yet, or its maker broke on the last step
            return False
        if waiting.decided is not None and not self._came_to_nothing(waiting.decided):
            return False
        return not self.went_live(waiting)

    def _came_to_nothing(self, decided: Decision) -> bool:
        """Whether the run that takes it live has ended, and somebody has to decide again.

        What nobody decided in time is tried once: every night would take up, and fail over, what Lambda has lost.
        """
        if decided.verdict != APPROVED:
            return False
        final = (PROMOTED, ROLLED_BACK, RETRAIN_FAILED) if decided.who == DEADLINE else (PROMOTED, ROLLED_BACK)
        return self._outcome(decided.by) not in (None, *final)

    def went_live(self, waiting: Waiting) -> bool:
        """Whether it has had all traffic, or most of it, since it began to wait: by the ledger."""
        entries = Ledger(self._edges, self._model).newest_first()
        since = takewhile(lambda entry: entry.known_since >= waiting.since, entries)
        return any(entry.model_version == waiting.model_version for entry in since)

    def put(self, waiting: Waiting) -> None:
        """In place of an older version; a task that comes too late changes nothing."""

        def newer(stands: Waiting) -> Waiting | None:
            if stands.model_version >= waiting.model_version:
                return None
            is_rejected = stands.decided is not None and stands.decided.verdict == REJECTED
            return waiting.but(replaced={**stands.document, "replaced": None}) if is_rejected else waiting

        if not self._edges.store.put_if_absent(self._key, waiting.encode()):
            self._change(newer)

    def decide(self, waiting: Waiting, decision: Decision) -> bool:
        """Decide about the version, if it is open; says whether this decision stands. Repeating it is harmless."""

        def decided(stands: Waiting) -> Waiting | None:
            is_it = stands.run == waiting.run and self.is_open(stands)
            return stands.but(decided=decision) if is_it else None

        stands = self._change(decided)
        return (
            stands is not None
            and (stands.run, stands.decided and (stands.decided.verdict, stands.decided.by))
            == (waiting.run, (decision.verdict, decision.by))
        )  # fmt: skip

    def _change(self, change: Callable[[Waiting], Waiting | None]) -> Waiting | None:
        """Returns what stands then; None where nothing does."""
        for _ in range(CONTENTION_LIMIT):
            stored = self._edges.store.find(self._key)
            if stored is None:
                return None
            stands = Waiting.read(stored.body, key=self._key)
            wanted = change(stands)
            if wanted is None:
                return stands
            if self._edges.store.put_if_match(self._key, wanted.encode(), etag=stored.etag):
                return wanted
        raise StoreUnavailable(f"{self._key} was changed {CONTENTION_LIMIT} times under us: try again")

    def _outcome(self, run: str) -> str | None:
        found = Outcome.find(self._edges.store, layout.run_document(run, "outcome"))
        return found.outcome if found else None
