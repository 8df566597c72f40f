"""Tells what became of the version of a run that ended Waiting, by what was decided about it and by the ledger."""

from __future__ import annotations

from itertools import takewhile

from chalicelib.approval.waiting import REJECTED, Approvals, Waiting, proposed
from chalicelib.edges import Edges
from chalicelib.ledger.entry import PROMOTED
from chalicelib.ledger.ledger import Ledger
from chalicelib.ledger.rejections import Rejections
from chalicelib.values import Value

REPLACED = "replaced"
"""By a newer version that waits in its place, before anybody decided."""


class Fate(Value, kw_only=True):
    verdict: str
    """`approved`, REJECTED, PROMOTED by hand, or REPLACED."""
    model_version: int
    by: str
    """The run or the request that carried it out."""
    who: str | None
    """None where nobody knows, or nobody decided."""
    at: str
    why: str | None

    @property
    def words(self) -> str:
        """A sentence."""
        version = f"version {self.model_version}"
        if self.verdict == REPLACED:
            return f"{version} waits no more: since {self.at} a newer one of run {self.by} waits in its place"
        reason = f": {self.why}" if self.why else ""
        return f"{version} was {self.verdict} by {self.who or self.by} at {self.at}{reason}"


def find(edges: Edges, *, model: str, run: str) -> Fate | None:
    """None while it waits, and where nothing is known of it; raises RegistryIncomplete for what is damaged."""
    approvals = Approvals(edges, model)
    made, stands = proposed(edges, run=run), approvals.find()
    if made is None or stands is None or (stands.run == run and approvals.is_open(stands)):
        return None
    return _rejected(edges, made) or _decided(stands, run=run) or _promoted(edges, made) or _replaced(made, stands)


def _rejected(edges: Edges, made: Waiting) -> Fate | None:
    found = Rejections(edges, made.model).find(made.model_version)
    if found is None:
        return None
    told = {"by": found.by, "who": found.who, "at": found.at, "why": found.why}
    return Fate(verdict=REJECTED, model_version=made.model_version, **told)


def _decided(stands: Waiting, *, run: str) -> Fate | None:
    decided = stands.decided
    if decided is None or stands.run != run:
        return None
    told = {"by": decided.by, "who": decided.who, "at": decided.at, "why": decided.why}
    return Fate(verdict=decided.verdict, model_version=stands.model_version, **told)


def _promoted(edges: Edges, made: Waiting) -> Fate | None:
    since = takewhile(lambda entry: entry.known_since >= made.since, Ledger(edges, made.model).newest_first())
    moves = [each for each in since if (each.kind, each.model_version) == (PROMOTED, made.model_version)]
    if not moves:
        return None
    first = moves[-1]
    return Fate(
        verdict=PROMOTED,
        model_version=made.model_version,
        by=first.run,
        who=first.who,
        at=first.known_since,
        why=first.why,
    )


def _replaced(made: Waiting, stands: Waiting) -> Fate | None:
    if stands.model_version <= made.model_version:
        return None
    return Fate(
        verdict=REPLACED, model_version=made.model_version, by=stands.run, who=None, at=stands.since, why=None
    )
