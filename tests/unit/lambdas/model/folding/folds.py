"""Rows as parts, cut in any way, and fits on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdas.engine import each
from lambdas.model.arrays import Floats, Texts
from lambdas.model.data.part import Part
from lambdas.model.folding.fit import fit
from lambdas.model.folding.minimum import Minimum
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.reading.table import Table


def cut(part: Part, *, chunks: int) -> Rows:
    """The same rows in so many parts."""
    parts = {f"{place}": each for place, each in enumerate(part.slices(-(-len(part) // chunks)))}
    return Rows(tuple(parts), parts.__getitem__, each)


def folded(estimator: Any, part: Part, *, chunks: int = 1) -> Minimum:
    rows = cut(part, chunks=chunks)
    return fit(estimator, rows=rows, summary=rows.total(Summary.of))


def coded(part: Part) -> tuple[Floats, Texts]:
    """X and y as scikit-learn's own fit takes them."""
    X = np.column_stack([part.numeric, part.codes.astype(np.float64)])
    return X, np.array(part.classes, dtype=np.str_)[part.labels]


def drawn(*, rows: int, numbers: int = 3, levels: tuple[int, ...] = (), classes: int = 2, seed: int = 0) -> Part:
    """Rows whose class depends on every column; every category and every class occurs."""
    rng = np.random.default_rng(seed)
    numeric = rng.gamma(0.5, 2.0, (rows, numbers)) * 10.0 ** np.arange(numbers)
    codes = [np.concatenate([np.arange(each), rng.integers(0, each, rows - each)]) for each in levels]
    scores = numeric / numeric.std(axis=0) @ rng.normal(size=(numbers, classes))
    for column, count in zip(codes, levels, strict=True):
        scores += rng.normal(size=(count, classes))[column]
    labels = (scores + rng.gumbel(size=(rows, classes))).argmax(axis=1)
    labels[:classes] = np.arange(classes)
    names = np.array([f"class {place}" for place in range(classes)])[::-1]  # as a recipe has them: in no order
    texts = [np.array([f"level {code:04}" for code in column]) for column in codes]
    categorical = np.column_stack(texts) if texts else np.empty((rows, 0), dtype=np.str_)
    return Part.of(Table(numeric, categorical, names[labels]), classes=names.tolist())
