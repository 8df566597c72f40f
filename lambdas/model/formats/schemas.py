"""Says what an artifact takes, and its threshold, as `Schema.from_document` of `lambdas/serve` reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from lambdas.model.formats.fitted import Fitted
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe
from lambdas.model.recipe.elements import CLIP, KEPT, Array
from lambdas.serve.schema import ARRAY, CLIPPED, DATE, IGNORED, REFUSED


def schema_of(fitted: Fitted, *, refusing: Collection[int]) -> dict[str, Any]:
    """The columns, and the threshold where there is one. `refusing` as in `columns_of`."""
    point = fitted.operating_point
    return {"columns": columns_of(fitted, refusing=refusing), **({"threshold": point.to_document()} if point else {})}


def columns_of(fitted: Fitted, *, refusing: Collection[int]) -> list[dict[str, Any]]:
    """In the recipe's order. `refusing` are the categorical columns, by place, whose unknown levels are refused."""
    recipe = fitted.recipe
    fills = fitted.fills.of_columns or [None] * len(recipe.numeric)
    fill_of = {column.name: fill for column, fill in zip(recipe.numeric, fills, strict=True)}
    numbers = [
        _array(column, [fill_of[each.name] for each in column.elements], recipe=recipe)
        if isinstance(column, Array)
        else _number(column, fill_of[column.name], recipe=recipe)
        for column in recipe.columns
        if isinstance(column, Numeric)
    ]
    texts = [
        _text(column, levels, recipe=recipe, is_refusing=place in refusing)
        for place, (column, levels) in enumerate(
            zip(recipe.categorical, fitted.levels.of_columns, strict=False)
        )  # parts of dates are last
    ]
    by_name = {each["name"]: each for each in (*numbers, *texts)}
    return [by_name[column.name] for column in recipe.columns]


def _number(column: Numeric, fill: float | Sequence[float | None] | None, *, recipe: Recipe) -> dict[str, Any]:
    return {
        "kind": DATE if isinstance(column, Date) else "number",
        **{"name": column.name, "minimum": column.minimum, "maximum": column.maximum},
        **_missing(KEPT if column.missing == KEPT else fill, recipe=recipe),
        **({"outside": CLIPPED} if column.outside == CLIP else {}),
    }


def _array(array: Array, fills: Sequence[float | None], *, recipe: Recipe) -> dict[str, Any]:
    """As one column, which tells one fill where all are the same."""
    fill = fills[0] if len(set(fills)) == 1 else list(fills)
    return {**_number(array, fill, recipe=recipe), "kind": ARRAY, "size": array.size}


def _text(column: Categorical, levels: tuple[str, ...], *, recipe: Recipe, is_refusing: bool) -> dict[str, Any]:
    """An encoder that refuses unknown categories refuses a missing text too, where training had none."""
    has_fill = column.missing is not None and not (is_refusing and column.missing not in levels)
    extra = [column.missing] if column.missing is not None and not column.is_listed(column.missing) else []
    return {
        "kind": "category",
        "name": column.name,
        "allowed": None if column.allowed is None else [*column.allowed, *extra],
        "levels": list(levels),
        "unknown": REFUSED if is_refusing else IGNORED,
        **_missing(column.missing if has_fill else None, recipe=recipe),
    }


def _missing(fill: float | str | Sequence[float | None] | None, *, recipe: Recipe) -> dict[str, Any]:
    return {} if fill is None else {"missing": fill, "absent": list(recipe.missing_values)}
