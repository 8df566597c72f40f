"""Tells what became of the versions that went live.

Which were taken back or are quarantined, by whom and why; and which were proved worse on the new rows of later nights
than they were judged to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.quality.series import Series
from chalicelib.registry.quarantine import Quarantine


@dataclass(frozen=True, kw_only=True)
class Fates:
    """By the ledger, the quarantine and the live quality."""

    made_by: dict[str, int]
    """The model version that each run gave traffic to."""
    had_traffic: set[int]
    """The model versions that ever had a share of it."""
    live: set[int]
    """The model versions that ever were live."""
    wrong: dict[int, str]
    """What went wrong with a model version, in words."""
    damaged: list[str]


def gather(edges: Edges, *, model: str) -> Fates:
    """Past what is damaged, which is told."""
    damaged: list[str] = []
    ledger = Ledger(edges, model)
    read = (documents.readable(partial(ledger.entry, number), told=damaged) for number in ledger.numbers())
    entries = [entry for entry in read if entry is not None]
    quarantined = documents.readable(lambda: Quarantine(edges, model).model_versions(), told=damaged) or {}
    wrong = _fallen(edges, model=model, damaged=damaged)
    wrong |= {number: f"quarantined by {each.who}: {each.why}" for number, each in quarantined.items()}
    for before, after in pairwise(entries):
        if after.kind == promotion.ROLLED_BACK and after.entry == before.entry + 1:
            why = f"rolled back by {after.who or 'an unknown hand'}: {after.why or 'nobody knows why'}"
            wrong |= dict.fromkeys(_left(before, after), why)
    live = {entry.model_version for entry in entries if entry.model_version is not None}
    tried = {entry.candidate_model_version for entry in entries if entry.candidate_model_version is not None}
    return Fates(made_by=_made_by(entries), had_traffic=live | tried, live=live, wrong=wrong, damaged=damaged)


def _fallen(edges: Edges, *, model: str, damaged: list[str]) -> dict[int, str]:
    """By model version the ratio whose fall was proved first."""
    found: dict[int, str] = {}
    series = Series(edges, model)
    read = (documents.readable(partial(series.night, number), told=damaged) for number in series.numbers())
    for night in (each for each in read if each is not None):
        for ratio in night.fallen:
            found.setdefault(night.model_version, f"on new rows, {ratio.name} was {ratio.words}")
    return found


def _left(before: Entry, after: Entry) -> set[int]:
    served = {each for each in (before.model_version, before.candidate_model_version) if each is not None}
    return served - {after.model_version}


def _made_by(entries: list[Entry]) -> dict[str, int]:
    made: dict[str, int] = {}
    for entry in entries:
        number = entry.candidate_model_version if entry.kind == promotion.SHIFTED else entry.model_version
        if entry.kind in (promotion.SHIFTED, promotion.PROMOTED) and number is not None:
            made[entry.run] = number
    return made
