"""Counts the labels of an answer in one line of the log, which the canary reads.

A call by a numbered version, as a replay's, is no client's: it leaves no line.
"""

from __future__ import annotations

import json
from functools import lru_cache

from .values import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

MOST = 10
"""How many labels are counted; the others, by the order of the classes, count together as OTHER."""
OTHER = "other"
THROUGH_THE_ALIAS = ":live"
"""How the name of the function ends that a client's call comes by; a replay asks a numbered version."""


def by_name(classes: Sequence[str]) -> Sequence[str]:
    """The labels that are counted by their names."""
    return classes if len(classes) <= MOST else classes[: MOST - 1]


def lines(answer: Mapping[str, Any], context: object, *, named: Sequence[str]) -> Sequence[str]:
    """One line, or none where no client asked or nothing was predicted; `named` are counted by their names.

    `kinds` are the labels alone, as a text: the canary counts the calls by them.
    """
    if not str(getattr(context, "invoked_function_arn", "")).endswith(THROUGH_THE_ALIAS):
        return ()
    counted: dict[str, int] = {}
    for prediction in answer["body"].get("predictions", ()):
        label = prediction["label"] if prediction["label"] in named else OTHER
        counted[label] = counted.get(label, 0) + 1
    if not counted:
        return ()
    return (_line(str(getattr(context, "function_version", "")), (*counted.items(),)),)


@lru_cache(maxsize=100)  # most calls predict one row, and writing the line would take as long as that
def _line(version: str, counted: tuple[tuple[str, int], ...]) -> str:
    told = {"event": "answered", "function_version": version, "labels": dict(counted)}
    return json.dumps({**told, "kinds": json.dumps(sorted(told["labels"]))}) + "\n"
