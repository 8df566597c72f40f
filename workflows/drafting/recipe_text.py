"""Writes a drafted recipe as Python, formatted as ruff formats this project: a comment above what it is about."""

from __future__ import annotations

import inspect
import shlex
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.cutting import amount, cut, listed, quoted
from lambdas.model.recipe import Date
from lambdas.model.recipe.elements import Array
from workflows.drafting.baseline import Bound
from workflows.drafting.estimators import Estimator
from workflows.drafting.features import Choice

WIDTH = 118
"""Of a line, as in pyproject.toml."""
INDENT = " " * 4
WIDE = {"W", "F"}
"""East Asian widths of characters that take two places."""
RANGES = (
    "No column has a range: one number outside of it would fail a whole night. Where a range is sure by what the"
    " column means, write it: minimum=0, say. For the same reason no Categorical lists the texts that it takes"
    " (allowed=)."
)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a drafted recipe is made of."""

    file: str
    rows: int
    model: str
    label: str
    labels: Mapping[str, int]
    """The rows of each label, as it stands in the file."""
    classes: Mapping[str, str]
    """The class of each."""
    other: str | None = None
    """The class of all other labels, if there is one."""
    positive: str | None
    choice: Choice
    estimator: Estimator
    bounds: Sequence[Bound]


def source(parts: Parts) -> str:
    """The recipe's file."""
    lines = [
        *_comment(
            f"Drafted from {parts.rows:,} rows by `nightswap init {shlex.quote(parts.file)} --label"
            f" {shlex.quote(parts.label)}`. Change it: docs/recipes.md has every field, and `nightswap check"
            f" {parts.model}` tells what a run would refuse."
        ),
        "",
        f"from lambdas.model.recipe import {', '.join(_imported(parts.choice))}",
        "",
        "",
        inspect.getsource(parts.estimator).replace(f"def {parts.estimator.__name__}(", "def estimator(", 1).rstrip(),
        "",
        "",
        *_comment(RANGES),
        *(line for name, why in parts.choice.left_out for line in _comment(f"Left out: {quoted(name)}: {why}.")),
        "RECIPE = Recipe(",
        f"{INDENT}model={text(parts.model)},",
        f"{INDENT}columns=[",
        *_columns(parts.choice),
        f"{INDENT}],",
        *([f"{INDENT}missing_values=[{', '.join(map(text, parts.choice.marks))}],"] if parts.choice.marks else ()),
        *([f"{INDENT}tolerate=Tolerate(rows={parts.choice.tolerate}),"] if parts.choice.tolerate else ()),
        f"{INDENT}label={text(parts.label)},",
        f"{INDENT}classes={{",
        *_classes(parts.labels, parts.classes),
        f"{INDENT}}},",
        *([f"{INDENT}other={text(parts.other)},"] if parts.other is not None else ()),
        *([f"{INDENT}positive={text(parts.positive)},"] if parts.positive is not None else ()),
        f"{INDENT}estimator=estimator,",
        f"{INDENT}thresholds=[",
        *_thresholds(parts),
        f"{INDENT}],",
        ")",
    ]
    return "\n".join(lines) + "\n"


def unbounded(classes: Iterable[str], bounds: Sequence[Bound]) -> Sequence[str]:
    """The classes whose recall no threshold bounds, where those of more than two should."""
    different = list(dict.fromkeys(classes))
    bounded = {each.threshold.of for each in bounds}
    return [each for each in different if each not in bounded] if len(different) > 2 else []


def text(value: str) -> str:
    r"""A text as ruff spells it: in double quotes, unless these have to be escaped more often than single ones.

    >>> print(text("it's"), text('5"'), text("tab\t"))
    "it's" '5"' "tab\t"
    """
    inner = repr(f"{value}\"'")[1:-1].removesuffix("\"\\'").replace("\\'", "'")  # both, so repr takes single ones
    if value.count('"') > value.count("'"):
        return "'" + inner.replace("'", "\\'") + "'"
    return '"' + inner.replace('"', '\\"') + '"'


def _imported(choice: Choice) -> list[str]:
    kinds = {"Numeric" if isinstance(each.column, Array) else type(each.column).__name__ for each in choice.features}
    tolerate = ["Tolerate"] if choice.tolerate else []
    return [*sorted({"Columns", "Recipe", *kinds, *tolerate}), "at_least"]


def _columns(choice: Choice) -> Iterator[str]:
    for each in choice.features:
        yield from _comment(each.about, depth=2)
        column = each.column
        name, more = type(column).__name__, list[str]()
        if isinstance(column, Array):
            name, more = "Numeric.array", [f"{column.size}"]
        elif isinstance(column, Date):
            more = [f"parts=[{', '.join(map(text, column.parts))}]"]
        missing = [] if column.missing is None else [f"missing={text(str(column.missing))}"]
        yield from _call(name, text(column.name), *more, *missing)


def _classes(labels: Mapping[str, int], classes: Mapping[str, str]) -> Iterator[str]:
    for name, rows in labels.items():
        yield from _comment(amount(rows, "row"), depth=2)
        yield f"{2 * INDENT}{text(name)}: {text(classes[name])},"


def _thresholds(parts: Parts) -> Iterator[str]:
    if without := unbounded(parts.classes.values(), parts.bounds):
        yield from _comment(
            f"No bound for the recall of {listed(map(quoted, without), most=5)}: of so few rows in the holdout, a"
            " model that is as good may get all wrong on some night. With more rows, write one.",
            depth=2,
        )
    for each in parts.bounds:
        for line in each.about:
            yield from _comment(line, depth=2)
        of = [] if each.threshold.of is None else [f"of={text(each.threshold.of)}"]
        yield from _call("at_least", text(each.threshold.metric), *of, f"bound={each.threshold.bound}")


def _call(name: str, *arguments: str) -> Iterator[str]:
    """An entry of a list; where it is too long for a line, each argument has its own."""
    line = f"{2 * INDENT}{name}({', '.join(arguments)}),"
    if _width(line) <= WIDTH:
        yield line
        return
    yield f"{2 * INDENT}{name}("
    yield from (f"{3 * INDENT}{each}," for each in arguments)
    yield f"{2 * INDENT}),"


def _comment(said: str, *, depth: int = 0) -> list[str]:
    indent = INDENT * depth
    whole = " ".join(cut(said, 500).split())
    return textwrap.wrap(whole, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in WIDE else 1 for each in line)
