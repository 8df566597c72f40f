"""Decides which dates of a data set are used, trained on and held out, for recipes with a window or a split by time.

    |  outside of the window  |  trained on  | held out |
                         since          until     newest

All three follow from the objects, never from the clock. `until` moves on as newer nights come, so rows of the
holdout become training rows. It never moves back: no row is held out that any version was trained on, whatever files
are taken away and whatever the recipe asks for. The newest row that a version was trained on stands in the draws that
the registry keeps, that of an object too which another rule split and which may go. So the champion, the anchor and
every older version meet only rows newer than all of theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.dates import nights as dates
from chalicelib.dates.nights import Span
from chalicelib.edges import Edges
from chalicelib.exact import exact
from chalicelib.runs.dataset import Object
from lambdas.extents import extents
from lambdas.model.recipe import Recipe, Window
from lambdas.model.splitting.split import BY_TIME, DATED, NIGHTLY, Draw
from lambdas.splits import Splits


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Of one run."""

    since: str = ""
    """The first date that is used, where a column tells the dates; or ""."""
    window_column: str = ""
    windows: Mapping[str, Span] = field(default_factory=dict)
    """By object its dates in that column."""
    rule: int = 0
    """By which `until` decides; 0 where it does not."""
    columns: tuple[str, ...] = ()
    wanted: str = ""
    """The last date to train on, if the recipe alone were asked."""
    until: str = ""
    """The last date to train on; or "" where nothing is old enough."""
    others_until: str = ""
    """The newest date that rows of objects can have that stay as another rule split them, or are gone; or ""."""
    spans: Mapping[str, Span] = field(default_factory=dict)
    """By object its dates, by its name or by the column; without objects that stay as another rule split them."""

    def since_of(self, name: str) -> str:
        """Where the object's rows begin to be used; "" where all are."""
        first, _ = self.windows.get(name, (self.since, ""))
        return self.since if first < self.since else ""

    def cut_of(self, name: str) -> str:
        """By which column and from where on rows of the object are left out; "" where none is."""
        since = self.since_of(name)
        return f"{self.window_column} {since}" if since else ""

    def settled(self, draw: Draw, *, name: str) -> Draw:
        """The draw of an object with the dates of this run. Raises NameUndated."""
        if draw.rule == NIGHTLY and not draw.night:
            night, _ = self.spans.get(name) or (dates.night_of(name), "")
            draw = replace(draw, night=night)
        if (draw.rule, draw.columns) != (self.rule, self.columns):
            return self._joined(draw, name=name)
        span = (draw.night, draw.night) if draw.rule == NIGHTLY else self.spans.get(name)
        if span is None:  # its name was of an object that was split otherwise: then it stays as it was
            return draw
        first, last = span
        own = min(self.until, last) if self.until >= first else ""
        return replace(draw, until=max(own, self.others_until, draw.until))

    def _joined(self, draw: Draw, *, name: str) -> Draw:
        """Of an object that another rule split: by a column all of it trains where others can hold its rows too."""
        if self.rule != DATED or name not in self.spans:
            return draw
        _, last = self.spans[name]
        return replace(draw, rule=DATED, columns=self.columns, night="", until=last)

    def facts(self) -> dict[str, Any]:
        """Of the profile; ready for JSON, and empty where no date decides anything."""
        window = {"window": {"since": self.since}} if self.since else {}
        if not self.rule:
            return window
        column = self.columns[0] if self.columns else None
        return {**window, "time": {"column": column, "trained_until": self.until, "wanted_until": self.wanted}}


NO_HORIZON = Horizon()


def horizon(edges: Edges, recipe: Recipe, objects: Sequence[Object], known: Splits) -> Horizon:
    """Of the objects in the window, at least one. Raises NameUndated, and the DataErrors of what it has to read."""
    found = Horizon()
    if recipe.window is not None and recipe.window.column is not None:
        column = recipe.window.column
        windows = extents(edges, objects, column=column, model=recipe.model)
        found = replace(found, since=_since(recipe.window, windows), window_column=column, windows=windows)
    draw = Draw.first(recipe, salt="")
    if draw.rule not in BY_TIME:
        return found
    split_so = [each for each in objects if _may_be_split_by(draw, each, known=known, model=recipe.model)]
    trained = known.trained_until(draw.rule, draw.columns)
    found = replace(found, rule=draw.rule, columns=draw.columns, until=trained)
    if not split_so:
        return found
    if draw.rule == NIGHTLY:
        return _of_nights(found, recipe, _nights(split_so, known=known, model=recipe.model), known=known)
    every = extents(edges, objects, column=draw.columns[0], model=recipe.model)
    names = {each.name(model=recipe.model) for each in split_so}
    spans = {name: span for name, span in every.items() if name in names}
    if not spans:  # all of them are bad
        return found
    others = {name: span for name, span in every.items() if name not in names}
    gone = known.gone_until(draw.columns, objects=[(each.name(model=recipe.model), each.etag) for each in objects])
    others_until = max(gone, *(last for _, last in others.values()), "")
    is_same = recipe.window is not None and recipe.window.column == draw.columns[0]
    wanted = _by_days(recipe, spans, since=found.since if is_same else "")
    until = max(wanted, trained, others_until)
    return replace(found, spans=_with_joined(spans, others), wanted=wanted, until=until, others_until=others_until)


def of_first_nights(found: Horizon, recipe: Recipe, texts: Mapping[str, str], *, known: Splits) -> Horizon:
    """The same once the digests of texts are known, by object: one text is of one night, its first, packed or not."""
    if found.rule != NIGHTLY or not found.spans:
        return found
    first: dict[str, str] = {}
    for name, (night, _) in found.spans.items():
        text = texts.get(name, name)
        first[text] = min(first.get(text, night), night)
    return _of_nights(found, recipe, {name: first[texts.get(name, name)] for name in found.spans}, known=known)


def _of_nights(found: Horizon, recipe: Recipe, nights: Mapping[str, str], *, known: Splits) -> Horizon:
    wanted = _by_nights(recipe, [*nights.values()])
    until = max(wanted, known.trained_until(NIGHTLY, ()))
    return replace(found, spans={name: (each, each) for name, each in nights.items()}, wanted=wanted, until=until)


def _with_joined(spans: Mapping[str, Span], others: Mapping[str, Span]) -> dict[str, Span]:
    """With those of the others whose dates meet one of them, or one of these others."""
    every, new = dict(spans), dict(spans)
    while new:
        left = {name: span for name, span in others.items() if name not in every}
        new = {name: span for name, span in left.items() if any(_meet(span, each) for each in new.values())}
        every |= new
    return every


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def within(edges: Edges, recipe: Recipe, objects: Sequence[Object]) -> tuple[Object, ...]:
    """The objects that have a row in the recipe's window: all of them without one. One that is bad may have.

    Raises as `horizon`.
    """
    window = recipe.window
    if window is None:
        return tuple(objects)
    if window.column is None:
        nights = {each.key: dates.night_of(each.name(model=recipe.model)) for each in objects}
        since = dates.last_nights(nights.values(), count=window.nights or 0)
        return tuple(each for each in objects if nights[each.key] >= since)
    spans = extents(edges, objects, column=window.column, model=recipe.model)
    since = _since(window, spans)
    names = [each.name(model=recipe.model) for each in objects]
    return tuple(
        each for each, name in zip(objects, names, strict=True) if name not in spans or spans[name][1] >= since
    )


def _since(window: Window, spans: Mapping[str, Span]) -> str:
    return dates.first_of_days(max(last for _, last in spans.values()), days=window.days or 0)


def _may_be_split_by(draw: Draw, each: Object, *, known: Splits, model: str) -> bool:
    """Whether the object is new, or was split so before."""
    was = known.of(each.name(model=model), etag=each.etag, text="")
    return was is None or (was.rule, was.columns) == (draw.rule, draw.columns)


def _nights(objects: Sequence[Object], *, known: Splits, model: str) -> dict[str, str]:
    """By name. The same content is of one night, its first, or it would be trained on and held out."""
    told = [(each, _night(each, known=known, model=model)) for each in objects]
    first: dict[str, str] = {}
    for each, night in told:
        first[each.etag] = min(first.get(each.etag, night), night)
    return {each.name(model=model): first[each.etag] for each, _ in told}


def _night(each: Object, *, known: Splits, model: str) -> str:
    name = each.name(model=model)
    was = known.of(name, etag=each.etag, text="")
    return was.night if was is not None else dates.night_of(name)


def _by_nights(recipe: Recipe, nights: Sequence[str]) -> str:
    """The last night to train on; "" where all are held out."""
    ordered = sorted(set(nights))
    count = recipe.split.nights or math.ceil(exact(recipe.split.holdout_ratio) * len(ordered))
    return ordered[-count - 1] if len(ordered) > count else ""


def _by_days(recipe: Recipe, spans: Mapping[str, Span], *, since: str) -> str:
    oldest = max(since, min(first for first, _ in spans.values()))
    newest = max(last for _, last in spans.values())
    days = recipe.split.days or math.ceil(exact(recipe.split.holdout_ratio) * dates.days_from(oldest, newest))
    return dates.days_before(newest, days=days)
