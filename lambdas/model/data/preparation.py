"""Turns the objects of a data set into training part, holdout and profile.

Each object is split by itself, so that no row changes sides when later nights add objects: a champion is never judged
on rows that it was trained on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from chalicelib.cutting import listed
from chalicelib.errors import DatasetEmpty, SingleClass, TooFewRows
from lambdas.model.data.profile import profile
from lambdas.model.reading.table import Labels, Reading, Table, concat
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import Draw, enough_for_both, split_rows
from lambdas.model.splitting.strata import strata


@dataclass(frozen=True, eq=False)
class Piece:
    """An object of the data set, with its draw and the labels that the draw is stratified by."""

    name: str
    reading: Reading
    draw: Draw
    labels: Labels


@dataclass(frozen=True, eq=False)
class Prepared:
    """Training part and holdout: each has two classes or more, and every class in a threshold. `profile` is JSON."""

    train: Table
    holdout: Table
    profile: dict[str, Any]
    draws: Mapping[str, Draw]
    """By object."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """By object: the SHA-256 of its text."""
    kept: Mapping[str, Table] = field(default_factory=dict)
    """By object: all its rows, of those that were asked for."""


def prepare(pieces: Sequence[Piece], *, recipe: Recipe, keep: Collection[str] = ()) -> Prepared:
    """Split and describe the objects, and keep all rows of some; raises DatasetEmpty, SingleClass, TooFewRows."""
    if not pieces:
        raise DatasetEmpty(f"the data set of {recipe.model} is empty: {_way_on(recipe)}", model=recipe.model)
    trains, holdouts = zip(*map(_split, pieces), strict=True)
    train, holdout = concat(trains), concat(holdouts)
    facts = profile(train, holdout=holdout, recipe=recipe)
    facts["objects"] = {piece.name: asdict(piece.reading.extent) for piece in pieces}
    _check(facts, recipe=recipe)
    draws = {piece.name: piece.draw for piece in pieces}
    digests = {piece.name: piece.reading.digest for piece in pieces}
    kept = {piece.name: piece.reading.table for piece in pieces if piece.name in keep}
    return Prepared(train, holdout, facts, draws, digests, kept)


def _way_on(recipe: Recipe) -> str:
    return f"nightswap data add FILE --model {recipe.model}"


def _split(piece: Piece) -> tuple[Table, Table]:
    table = piece.reading.table
    train, holdout = split_rows(strata(piece.labels, groups=piece.draw.groups), draw=piece.draw)
    return table.take(train), table.take(holdout)


def _check(facts: dict[str, Any], *, recipe: Recipe) -> None:
    objects = list(facts["objects"])
    names = listed(objects)
    found = [name for name, counts in facts["classes"].items() if counts["rows"]]
    if len(found) < 2:
        raise SingleClass(
            f"all {facts['rows']:,} rows of the data set hold the class {found[0]}: the recipe names "
            f"{listed(recipe.class_names)}. Add data of another class: {_way_on(recipe)}. Objects: {names}",
            model=recipe.model,
            found=found,
        )
    for part, called in (("train", "training part"), ("holdout", "holdout")):
        lacking = list(_lacking(facts["classes"], part=part, recipe=recipe))
        if lacking:
            rows = listed(f"{facts['classes'][name]['rows']:,} of {name}" for name in lacking)
            enough = enough_for_both(recipe.split.holdout_ratio)
            raise TooFewRows(
                f"the {called} has no row of {listed(lacking)}, of {facts['rows']:,} rows in"
                f" {len(objects)} objects ({rows}). A new file that holds {enough} rows or more of a class gives some"
                f" of them to each part: {_way_on(recipe)}. Objects: {names}",
                model=recipe.model,
                rows=facts["rows"],
                lacking=lacking,
            )


def _lacking(classes: Mapping[str, Mapping[str, int]], *, part: str, recipe: Recipe) -> Iterator[str]:
    """The missing ones of the classes that each part needs: those in a threshold, and at least two.

    A rare class that no rule is about is no reason to fail the night: the profile tells where its rows are.
    """
    there = [name for name, counts in classes.items() if counts[part]]
    asked_for = {recipe.positive, *(threshold.of for threshold in recipe.thresholds)}
    for name, counts in classes.items():
        if name not in there and (name in asked_for or (len(there) < 2 and counts["rows"])):
            yield name
