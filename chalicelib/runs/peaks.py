"""Tells how much of its function's memory each state of a run took, in Lambda's MB of 2**20 bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.runs import cut_off

MB = 2**20
"""As Lambda counts memory."""
NEARLY_FULL = 0.85
"""The share of its memory from which on a state is told to have little left."""


def in_words(state: Mapping[str, Any]) -> str:
    """The peak, of how much where that is known; an empty text of a state that tells none.

    >>> in_words({"peak_memory_bytes": 209_400_000, "memory_mb": 1769}), in_words({"peak_memory_bytes": 2**20})
    ('200 of 1,769 MB', '1 MB')
    """
    peak, given = state.get("peak_memory_bytes"), state.get("memory_mb")
    if peak is None:
        return ""
    return f"{peak / MB:,.0f} MB" if given is None else f"{peak / MB:,.0f} of {given:,} MB"


def fullest(states: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The state that took the largest share (0..1) of its function's memory; None where none tells."""
    known = [each for each in states if each.get("peak_memory_bytes") is not None and each.get("memory_mb")]
    if not known:
        return None
    found = max(known, key=_share)
    return {"state": found["state"], "share": round(_share(found), 4), "words": in_words(found)}


def sentences(states: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What each state took that tells it; of one that has little left, the setting that gives it more."""
    told = [f"{each['state']} {said}" for each in states if (said := in_words(each))]
    if told:
        yield f"Memory at most: {', '.join(told)}."
    most = fullest(states)
    if most is not None and most["share"] >= NEARLY_FULL:
        yield f"  {most['state']} has little left for more rows. {cut_off.way_to_more_memory(most['state'])}."


def _share(state: Mapping[str, Any]) -> float:
    return float(state["peak_memory_bytes"] / (state["memory_mb"] * MB))
