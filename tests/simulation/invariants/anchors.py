"""Of the anchor: the version that stands still while live models come and go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chalicelib import layout
from chalicelib.promotion import promotion
from chalicelib.registry.registry import PACKAGE, PRUNED
from tests.fakes.history import Effect
from tests.simulation.readings import begun, documents_at, registered, swap_decisions
from tests.simulation.tasks import MARGIN
from tests.simulation.world import HAND, MODEL, World


def no_promotion_is_worse_than_the_anchor(world: World) -> None:
    """But for the margin."""
    qualities = _qualities(world)
    for effect, entry, judged in _promotions(world):
        anchor = judged["model_version"]
        if anchor is not None and not _is_lost(world, anchor, until=effect):
            least = qualities[anchor] - MARGIN
            assert qualities[entry["model_version"]] >= least, f"worse than the anchor, version {anchor}: {effect}"


def the_anchor_is_what_was_judged_against_or_what_is_better(world: World) -> None:
    """Better by more than twice the margin; and what was judged against was the anchor by the ledger then."""
    qualities = _qualities(world)
    for effect, entry, judged in _promotions(world):
        anchor, moved = judged["model_version"], entry["anchor"]
        assert anchor in _anchors_seen(world, judged["report"]), f"was no anchor then: {judged}"
        if moved == anchor:
            continue
        assert moved == entry["model_version"], f"the anchor is neither the one before nor the new one: {effect}"
        if anchor is not None and not _is_lost(world, anchor, until=effect):
            more = qualities[anchor] + 2 * MARGIN
            assert qualities[moved] > more, f"took the anchor's place and is not that much better: {effect}"


def the_anchor_is_not_pruned(world: World) -> None:
    """What is the anchor from when it was marked until its package went."""
    for effect in world.history.of("delete"):
        match = re.fullmatch(rf"{layout.versions(MODEL)}(\d+)/{re.escape(PACKAGE)}", effect.subject)
        if match and effect.actor != HAND:
            number = int(match[1])
            marks = [each.index for each in world.history.of("put") if each.subject == _part(number, PRUNED)]
            since = max((each for each in marks if each < effect.index), default=effect.index)
            anchors = {_anchor_at(world, since), _anchor_at(world, effect.index)}
            assert anchors != {number}, f"pruned while it was the anchor: {effect}"


def _promotions(world: World) -> Iterator[tuple[Effect, Any, Any]]:
    """Every entry of a run's promotion that names an anchor, with the judging that let it pass."""
    decided = swap_decisions(world)
    for effect, _, entry in _entries(world):
        if entry["kind"] == promotion.PROMOTED and entry["anchor"] is not None and entry["who"] == entry["run"]:
            judging = entry["step"] - promotion.SWAP + 1
            deciding, _ = decided[entry["run"], judging]
            *_, (report, body) = (
                (report, body)
                for report, match, body in documents_at(world, r"runs/([^/]+)/report\.json")
                if (match[1], body["judging"]) == (entry["run"], judging) and report.index < deciding.index
            )
            yield effect, entry, {**body["anchor"], "report": report}


def _anchors_seen(world: World, report: Effect) -> set[int | None]:
    """The anchors by the ledger while the report was made; and those before, if a quarantine may speak against it."""
    since = begun(world, report, "evaluate").index
    while_judging = range(since, report.index)
    seen = {
        _anchor_at(world, since),
        *(_anchor_at(world, each.index) for each, _, _ in _entries(world) if each.index in while_judging),
    }
    if any(each.subject.startswith(layout.quarantined(MODEL)) for each in world.history.of("put")):
        seen |= {
            None,
            *(_anchor_at(world, each.index + 1) for each, _, _ in _entries(world) if each.index < report.index),
        }
    return seen


def _anchor_at(world: World, index: int) -> int | None:
    """By the entries that were written before that place in the history."""
    anchor = None
    for effect, _, entry in _entries(world):
        if effect.index < index:
            first = entry["model_version"] if entry["kind"] == promotion.PROMOTED else None
            anchor = entry["anchor"] or anchor or first
    return anchor


def _entries(world: World) -> Iterator[tuple[Effect, re.Match[str], Any]]:
    return documents_at(world, rf"{layout.ledger(MODEL)}\d+\.json")


def _is_lost(world: World, number: int, *, until: Effect) -> bool:
    """Whether a hand had been at the version, or it was pruned before it was the anchor."""
    prefix, evidence = _part(number, ""), layout.evidence(MODEL, number)
    return any(
        (each.actor == HAND or each.operation == "delete")
        and (each.subject.startswith(prefix) or each.subject == evidence)
        for each in world.history.effects[: until.index]
    )


def _qualities(world: World) -> dict[int, int]:
    return {number: manifest["ratios"]["normal"]["quality"] for number, manifest in registered(world).items()}


def _part(number: int, name: str) -> str:
    return layout.version(MODEL, number, name)
