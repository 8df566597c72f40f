"""Tells which files of a data set lie outside of the window of its recipe, from what is recorded: it reads none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chalicelib import layout
from chalicelib.dates import nights as dates
from chalicelib.dates import recorded
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.errors import NameUndated, NightswapError

if TYPE_CHECKING:
    from lambdas.model.recipe import Recipe, Window


def outside(edges: Edges, there: Sequence[Listed], *, model: str, load: Callable[[str], Recipe]) -> frozenset[str]:
    """Their keys; none where that cannot be told, as of a model without a recipe or of files without dates.

    Raises RegistryIncomplete where the record of dates is damaged.
    """
    try:
        window = load(model).window
    except NightswapError:  # which a run or a check tells
        return frozenset()
    if window is None or not there:
        return frozenset()
    return _by_days(edges, there, window, model=model) if window.column else _by_nights(there, window, model=model)


def _by_nights(there: Sequence[Listed], window: Window, *, model: str) -> frozenset[str]:
    try:
        nights = {each.key: dates.night_of(each.key.removeprefix(layout.dataset(model))) for each in there}
    except NameUndated:
        return frozenset()
    since = dates.last_nights(nights.values(), count=window.nights or 0)
    return frozenset(key for key, night in nights.items() if night < since)


def _by_days(edges: Edges, there: Sequence[Listed], window: Window, *, model: str) -> frozenset[str]:
    """Of the files that a run has looked at."""
    found = recorded.find_dates(edges, model=model)
    spans = found.spans(window.column or "") if found else {}
    last = {each.key: spans[each.etag][1] for each in there if each.etag in spans}
    if not last:
        return frozenset()
    since = dates.first_of_days(max(last.values()), days=window.days or 0)
    return frozenset(key for key, newest in last.items() if newest < since)
