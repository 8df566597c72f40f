"""Limits the size of each part of a recipe, before slower rules look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib import limits
from chalicelib.contracts.endpoints import HOURLY, INSTANCES_MAX
from chalicelib.cutting import quoted
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.parts import Array, Categorical, Numeric
from lambdas.model.recipe.types import shown

MISSING_VALUES = 20
"""Texts that stand for a missing value."""
RANGES = {
    "requests_per_minute": range(1, 1_000_001),
    "keep_hours": range(721),
    "max_concurrency": range(1, 201),
}
SERVERLESS_MB = range(1024, 6145, 1024)
"""It and the concurrency: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"""


def size_problems(recipe: Fields) -> Iterator[str]:
    """Every part that is too long or has too many entries, with the limit."""
    yield from _columns(recipe)
    yield from _count("raw labels in classes", len(recipe.classes), limits.LABELS)
    yield from _count("classes", len(recipe.class_names), limits.CLASSES)
    yield from _count("thresholds", len(recipe.thresholds), limits.THRESHOLDS)
    for column in recipe.categorical:
        allowed = column.allowed or ()
        yield from _count(f"allowed categories of column {quoted(column.name)}", len(allowed), limits.LEVELS)
        yield from _lengths("allowed category", allowed, limits.CATEGORY_CHARACTERS)
        yield from _lengths("category of a missing text", [column.missing or ""], limits.CATEGORY_CHARACTERS)
    yield from _count("missing_values", len(recipe.missing_values), MISSING_VALUES)
    yield from _lengths("text of missing_values", recipe.missing_values, limits.CATEGORY_CHARACTERS)
    names = [*(_longest_name(column) for column in recipe.columns), recipe.label]
    others = (recipe.split.group, recipe.split.column, recipe.window.column if recipe.window else None)
    names += [each for each in others if each is not None]
    yield from _lengths("column's name", names, limits.NAME_CHARACTERS)
    yield from _lengths("class's name", recipe.class_names, limits.CLASS_CHARACTERS)
    yield from _lengths("raw label", recipe.classes, limits.CATEGORY_CHARACTERS)


def _columns(recipe: Fields) -> Iterator[str]:
    """Counted before an array's columns are made."""
    for array in recipe.arrays:
        if array.size < 1:
            yield f"size of column {quoted(array.name)} is {array.size:,}: expected 1 to {limits.COLUMNS:,}"
    sizes = [array.size for array in recipe.arrays]
    yield from _count("columns", len(recipe.columns) - len(sizes) + sum(sizes), limits.COLUMNS)


def _longest_name(column: Numeric | Categorical) -> str:
    return f"{column.name}_{column.size - 1}" if isinstance(column, Array) else column.name


def _count(what: str, number: int, most: int) -> Iterator[str]:
    if number > most:
        yield f"{number:,} {what}: {most:,} are the most"


def _lengths(what: str, texts: Iterable[str], most: int) -> Iterator[str]:
    long = [text for text in texts if len(text) > most]
    if long:
        others = f", as have {len(long) - 1:,} more" if len(long) > 1 else ""
        yield f"the {what} {quoted(long[0])} has {len(long[0]):,} characters{others}: {most} are the most"


def target_problems(recipe: Fields) -> Iterator[str]:
    """In words; none of a recipe whose versions have no endpoints."""
    target = recipe.endpoint
    if target is None:
        return
    if target.instance_type not in HOURLY:
        yield f"target.instance_type is {shown(target.instance_type)}: expected one of {', '.join(HOURLY)}"
    low, high = target.min_instances, target.max_instances
    if not 1 <= low <= high <= INSTANCES_MAX:
        yield f"target has {low} to {high} instances: expected 1 to {INSTANCES_MAX}, the smaller number first"
    memory = target.serverless
    if memory is not None and memory not in SERVERLESS_MB:
        yield f"target.serverless is {memory}: expected 1024, 2048 and so on to {SERVERLESS_MB[-1]}, or None"
    for name, accepted in RANGES.items():
        if (value := getattr(target, name)) not in accepted:
            yield f"target.{name} is {value}: expected {accepted[0]} to {accepted[-1]:,}"
    if recipe.format == "onnx":
        yield "format is 'onnx', whose library the image of the endpoint does not have: leave target out"
