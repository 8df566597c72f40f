"""Holdouts that are cut into parts, and judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lambdas import engine
from lambdas.model.data.part import Part
from lambdas.model.evaluation import evaluation
from lambdas.model.evaluation.tally.holdout import Holdout
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe


def cut(recipe: Recipe, table: Table, answers: Answers, *, at: Sequence[int] = ()) -> Holdout:
    """In parts that end before these rows, each with levels of its own; the last one has the other answers too."""
    begins, ends = [0, *at], [*at, max(len(table), len(answers))]
    parts = {f"part {begin}": (begin, end) for begin, end in zip(begins, ends, strict=True)}
    tables = {
        name: Table(table.numeric[begin:end], table.categorical[begin:end], table.labels[begin:end])
        for name, (begin, end) in parts.items()
    }
    return Holdout(
        rows={name: len(each) for name, each in tables.items()},
        part=lambda name: Part.of(tables[name], classes=recipe.class_names),
        answers=lambda name: answers.between(*parts[name]),
        each=engine.each,
    )


def evaluate(
    recipe: Recipe, *, holdout: Table, answers: Answers, at: Sequence[int] = (), **beside: Any
) -> dict[str, Any]:
    """The report of a holdout that is one table, or is cut at these rows."""
    return evaluation.evaluate(recipe, holdout=cut(recipe, holdout, answers, at=at), **beside)
