"""Generated data sets and the recipes that fit them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from lambdas.model.data.part import merged
from lambdas.model.data.preparation import Piece, described, split
from lambdas.model.data.sums import Sums
from lambdas.model.gate.thresholds import at_least
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.table import Extent, Labels, Reading, Table
from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe
from lambdas.model.splitting.split import DRAWN, Draw
from lambdas.model.splitting.strata import groups_of


def logistic_regression(_: Columns) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression()


def one_hot_pipeline(columns: Columns) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    prepared = ColumnTransformer(
        [
            ("numbers", StandardScaler(), columns.numeric),
            ("texts", OneHotEncoder(handle_unknown="ignore"), columns.categorical),
        ]
    )
    return make_pipeline(prepared, LogisticRegression())


def recipe(**changes: Any) -> Recipe:
    """Two numbers, a text, two classes."""
    base: dict[str, Any] = {
        "model": "flows",
        "columns": [Numeric("size", minimum=0), Numeric("age"), Categorical("flag")],
        "label": "label",
        "classes": {"ok.": "good", "spam.": "bad", "worm.": "bad"},
        "positive": "bad",
        "estimator": one_hot_pipeline,
        "thresholds": [at_least("recall", of="bad", bound=0.5), at_least("precision", of="bad", bound=0.3)],
    }
    return Recipe(**{**base, **changes})


def numeric_recipe(estimator: Callable[[Columns], Any] = logistic_regression, **changes: Any) -> Recipe:
    """Two numbers, two classes."""
    return recipe(columns=[Numeric("size", minimum=0), Numeric("age")], estimator=estimator, **changes)


def three_class_recipe(**changes: Any) -> Recipe:
    return recipe(
        classes={"a": "ant", "b": "bee", "c": "cat"},
        positive=None,
        thresholds=[at_least("recall", of="ant", bound=0.5), at_least("recall", of="bee", bound=0.6)],
        **changes,
    )


def table(base: Recipe, *, rows: int, seed: int = 0) -> Table:
    """Rows whose class can be learned from every column, not without error."""
    rng = np.random.default_rng(seed)
    names = np.array(base.class_names)
    places = rng.integers(0, len(names), rows)
    numeric = rng.gamma(2.0, 2.0, (rows, len(base.numeric))) * (1 + places[:, None])
    flags = np.array(["S0", "S1", "SF", "01", "NA", "REJ"])
    drawn = (places[:, None] + rng.integers(0, 3, (rows, len(base.categorical)))) % len(flags)
    return Table(numeric, flags[drawn], names[places])


def piece(name: str, content: Table, *, salt: str | None = None) -> Piece:
    """An object that is split by the newest rule, salted by its name if by nothing else."""
    lines = len(content) + 1
    extent = Extent(lines, blank_lines=0, records=lines, rows=len(content))
    labels, codes = np.unique(content.labels, return_inverse=True)
    reading = Reading(content, extent, Labels(codes, tuple(labels.tolist())), digest=name, salt=name)
    groups = tuple((label,) for label in reading.labels.raw)
    draw = Draw(DRAWN, 0.2, 42, name if salt is None else salt, groups)
    return Piece(name, reading, draw, reading.labels, salt=hashlib.sha256(name.encode()).hexdigest(), groups=groups)


def piece_of(name: str, text: bytes, *, recipe: Recipe, draw: Draw | None = None) -> Piece:
    """A file that is read, and split as it was first, or by the newest rule."""
    reading, salt = read_text(name, text=text, recipe=recipe), hashlib.sha256(text).hexdigest()
    groups = groups_of(reading.labels, recipe=recipe)
    mine = Draw(DRAWN, recipe.split.holdout_ratio, recipe.split.seed, salt, groups, recipe.label)
    return Piece(name, reading, draw or mine, reading.labels, salt=salt, groups=groups)


@dataclass(frozen=True)
class Prepared:
    """What Preprocess makes of objects, with all rows in memory."""

    train: Table
    holdout: Table
    profile: dict[str, Any]


def prepared(pieces: Sequence[Piece], *, recipe: Recipe) -> Prepared:
    """As `lambdas.packs` does, without a store."""
    sides = [split(each, recipe=recipe) for each in pieces]
    sums = [Sums.of(*both, salt=each.salt) for both, each in zip(sides, pieces, strict=True)]
    objects = {each.name: each.reading.extent for each in pieces}
    facts = described(reduce(add, sums), objects=objects, recipe=recipe)
    train, holdout = (merged(side).table() for side in zip(*sides, strict=True))
    return Prepared(train, holdout, facts)


def csv(base: Recipe, *, rows: int, seed: int = 0) -> bytes:
    """The same rows as a CSV file."""
    made = table(base, rows=rows, seed=seed)
    raw = {name: label for label, name in base.classes.items()}
    features = made.features(base)
    header = ",".join([*(column.name for column in base.single_columns), base.label])
    columns = [features[column.name].tolist() for column in base.single_columns]
    lines = [
        ",".join(map(str, [*values, raw[label]]))
        for *values, label in zip(*columns, made.labels.tolist(), strict=True)
    ]
    return ("\n".join([header, *lines]) + "\n").encode()


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def passing_for_its_base(kind: type[Any]) -> type[Any]:
    """The class under the name of what it derives from: a class counts by its name."""
    (base,) = kind.__bases__
    kind.__module__, kind.__name__ = base.__module__, base.__name__
    return kind


def encoder_that_notes(fitted_rows: list[int]) -> Any:
    """A OneHotEncoder that notes on how many rows it is fitted."""
    from sklearn.preprocessing import OneHotEncoder

    class Noting(OneHotEncoder):  # type: ignore[misc]
        def fit(self, X: Any, y: Any = None) -> Any:
            fitted_rows.append(len(X))
            return super().fit(X, y)

    return passing_for_its_base(Noting)()
