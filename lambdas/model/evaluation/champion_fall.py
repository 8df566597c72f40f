"""Compares the champion's ratios on tonight's holdout with those from when it was judged itself.

A champion that falls far on new rows is either out of date, or the new rows are labelled wrong. The gate cannot tell
which, because it compares both models on the same labels; so the report tells its reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.exact import exact

WATCHED = ("recall", "precision")
FALL = 0.1
"""A fall of this size is no chance where the holdout has some hundred rows of the class."""

Ratios = Mapping[str, Mapping[str, float | None]]
"""By class and name; None where undefined."""


def fallen(then: Ratios, now: Ratios) -> list[dict[str, Any]]:
    """Each ratio that fell by more than FALL: class, ratio, then, now.

    >>> fallen({"attack": {"recall": 0.92, "precision": 0.9}}, {"attack": {"recall": 0.14, "precision": 0.85}})
    [{'class': 'attack', 'ratio': 'recall', 'then': 0.92, 'now': 0.14}]
    """
    return [
        {"class": name, "ratio": ratio, "then": before, "now": after}
        for name, ratios in then.items()
        for ratio in WATCHED
        if (before := ratios.get(ratio)) is not None
        and (after := now.get(name, {}).get(ratio)) is not None
        and exact(before) - exact(after) > exact(FALL)
    ]
