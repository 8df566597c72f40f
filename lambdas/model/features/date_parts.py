"""Makes features of parts of dates ones of the dates themselves: a date's number, put through the part's step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features.linear import LevelFeature, NumberFeature, PlainFeature, Step
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.elements import CATEGORIES_OF_A_DATE
from lambdas.serve.dates import DAY


def of_columns(
    features: Sequence[PlainFeature], *, recipe: Recipe, levels: Sequence[Sequence[str]]
) -> list[PlainFeature]:
    """Features of columns of X, whose categories have these levels, as ones of the recipe's numeric and categorical
    columns. Raises EstimatorUnsupported where an encoder refuses a part that no row of the training had."""
    return [_of_column(each, recipe=recipe, levels=levels) for each in features] if recipe.dates else [*features]


def _of_column(feature: PlainFeature, *, recipe: Recipe, levels: Sequence[Sequence[str]]) -> PlainFeature:
    if isinstance(feature, NumberFeature) or feature.through:
        column, part = recipe.numbers_of_x[feature.column]
        return replace(feature, column=column, through=(*steps_of(part), *feature.through))
    if feature.column < len(recipe.categorical):
        return feature
    column, part = recipe.parts_of_x[feature.column - len(recipe.categorical)]
    if feature.refuses_unknown:
        raise EstimatorUnsupported(
            f"its encoder refuses a {part} of {recipe.numeric[column].name} that no row of the training had, and such"
            " dates will come: give it handle_unknown='ignore'"
        )
    *of_levels, unknown = feature.everywhere.tolist()
    table = np.full(CATEGORIES_OF_A_DATE[part].stop + 1, unknown)
    table[[int(level) for level in levels[feature.column]]] = of_levels
    return LevelFeature(column, len(table), places=np.arange(len(table)), values=table, through=steps_of(part))


STEPS: Mapping[str, tuple[Step, ...]] = {"seconds": (), "days": (("over", DAY), ("floor",))}
"""Of the parts that have no function of their own."""


def steps_of(part: str) -> tuple[Step, ...]:
    return STEPS.get(part, ((part,),))
