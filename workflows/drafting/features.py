"""What is chosen of a file's columns: the features, and what the file tells of each, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.cutting import listed, quoted, verb
from lambdas.model.recipe import Categorical, Numeric
from workflows.drafting.column_facts import Column

LEVELS_LISTED = 5
CELLS_ALIKE = 3
"""As many cells of one word may be a word for a missing number."""
CODE = re.compile(r"0\d+", re.ASCII)
PLACE = "missing"
"""The category of a missing text."""


@dataclass(frozen=True)
class Feature:
    """A column of the recipe, and what the file tells of it, in words."""

    column: Numeric | Categorical
    about: str
    levels: int = 0
    marks: frozenset[str] = frozenset()
    """Its texts that stand for a missing number."""
    bad: int = 0
    """Its cells that are no numbers, or no dates, and stand for none."""
    stray: str = ""
    """These, in words."""
    doubt: str = ""
    """Why it may be another kind of column, in words."""


@dataclass(frozen=True)
class Choice:
    """The features in the order of the file; the names of all other columns, each with the reason."""

    features: Sequence[Feature]
    left_out: Sequence[tuple[str, str]] = field(default=())
    tolerate: float = 0.0
    """The share of a file's rows (0..1) that the recipe has to tolerate: twice what is bad here, or more."""

    @property
    def marks(self) -> list[str]:
        """Of all features, in alphabetical order."""
        return sorted(frozenset[str]().union(*(each.marks for each in self.features)))


def with_marks(choice: Choice, levels: Mapping[str, Counter[str]]) -> Choice:
    """A text that stands for a missing number stands for a missing text too, where texts may be missing."""
    return replace(choice, features=[_with_missing(each, levels, marks=choice.marks) for each in choice.features])


def _with_missing(feature: Feature, levels: Mapping[str, Counter[str]], *, marks: Sequence[str]) -> Feature:
    found = levels.get(feature.column.name, Counter())
    if not isinstance(feature.column, Categorical) or feature.column.missing is None:
        return feature
    texts = Counter({text: count for text, count in found.items() if text.strip() and text not in marks})
    missing = found.total() - texts.total()
    return replace(
        feature,
        about=f"{listed_texts(texts)}{beside_missing(missing, rows=found.total())}",
        levels=len(texts),
    )


def listed_texts(texts: Counter[str]) -> str:
    return listed([quoted(text, 40) for text, _ in texts.most_common()], most=LEVELS_LISTED)


def beside_missing(missing: int, *, rows: int) -> str:
    return f"; {missing:,} of {rows:,} {verb(missing, 'is', 'are')} missing" if missing else ""


def as_missing(column: str, texts: Sequence[str], *, cells: int) -> str:
    """What the recipe says of so many cells among numbers if they are one word; empty where they are not."""
    if len(texts) > 1 or cells < CELLS_ALIKE:
        return ""
    said = f"Numeric({column!r}, missing='median') and missing_values=[{texts[0]!r}]"
    return f"; or write {said}, if that stands for a missing number"


def perhaps_codes(column: Column) -> str:
    """Of a column that is taken for numbers: what to do if it is meant as texts."""
    code = next((text for text in column.levels or () if CODE.fullmatch(text.strip())), "")
    way = "if it holds codes, such as postal ones, make it a Categorical, or leave it out"
    return f"cells such as {quoted(code, 40)} begin with 0: {way}" if code else ""
