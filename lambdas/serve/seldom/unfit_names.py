"""Refuses an instance by the names of its features: one that the model does not take, and those that are missing."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from ..refusal import Refused, listed
from ..schema import MISSING
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class Feature(Protocol):
        """A column, or an array of columns, as a request names it."""

        @property
        def name(self) -> str: ...

        @property
        def missing(self) -> object:
            """None where a missing one is refused."""

        @property
        def accepted(self) -> str: ...


LISTED_MISSING = 20
ACCEPTED_CHARACTERS = 60
"""Of each of several missing features."""


def unknown(name: str, *, names: Collection[str]) -> Refused:
    """Of a name from the caller that is none of these."""
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the model takes {listed(names)}"
    return Refused("FeatureUnknown", f"{name!r} is no feature: {hint}", field=name, accepted=listed(names))


def missing(columns: Sequence[Feature]) -> Refused:
    """Names all of them, and what is expected of each."""
    first, *others = columns
    if not others:
        message = f"{first.name} is missing: expected {first.accepted}"
        return Refused(MISSING, message, field=first.name, accepted=first.accepted)
    told = [f"{column.name} ({_cut(column.accepted)})" for column in columns[:LISTED_MISSING]]
    more = len(columns) - len(told)
    message = f"{len(columns)} features are missing: {', '.join(told)}{f' and {more} more' if more else ''}"
    return Refused(MISSING, message, field=first.name, accepted=listed(column.name for column in columns))


def _cut(accepted: str) -> str:
    return accepted if len(accepted) <= ACCEPTED_CHARACTERS else f"{accepted[:ACCEPTED_CHARACTERS]}..."
