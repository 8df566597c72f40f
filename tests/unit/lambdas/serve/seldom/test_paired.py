from __future__ import annotations

import struct
import sys
from array import array
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest

from lambdas.model.formats.trees.export import export
from lambdas.model.reading.table import Table
from lambdas.model.training.estimator import fit
from lambdas.serve import trees
from lambdas.serve.seldom.paired import NODES_PAIRED, PARTS, copied
from tests.given.tree_files import parts, whole
from tests.given.trees import BLENDS, CASES, ONE_THREAD, Model, difference, edges, model, recipe, served_rows, table

ROWS = 150
STEPS = trees.ROWS_COLD + PARTS + 10
"""Rows after which all nodes are tuples."""


@cache
def large() -> Model:
    """Of many nodes, on labels that tell nothing."""
    from sklearn.ensemble import ExtraTreesClassifier

    train = table(2500)
    shuffled = Table(train.numeric, train.categorical, np.random.default_rng(0).permutation(train.labels))
    with ONE_THREAD():
        fitted = fit(recipe(lambda _: ExtraTreesClassifier(30, random_state=0)), train=shuffled)
    content = export(fitted).content
    return Model(fitted, trees.read(content), content)


def warm(content: bytes) -> Any:
    """A model that has scored its first rows."""
    served = trees.read(content)
    for row in served_rows(table(STEPS, seed=9)):
        served.score(row)
    return served


def of_more_nodes(of: Model) -> bytes:
    """The same model in a file that says to have more nodes than become tuples."""
    header, body = parts(of)
    return whole({**header, "sections": {**header["sections"], "other.slot": ["B", 0, NODES_PAIRED]}}, body)


@pytest.mark.parametrize(("kind", "classes", "missing"), CASES)
def test_paired_trees_answer_as_the_estimator(kind: str, classes: int, missing: bool) -> None:
    of = model(kind, classes, missing)
    served = warm(of.content)

    assert served.paired is not None
    assert difference(served, of, table(ROWS, classes=classes, missing=missing, seed=2)) == ""
    assert difference(served, of, edges(of, ROWS, missing=missing)) == ""


@pytest.mark.parametrize("kind", BLENDS)
def test_members_are_paired_each_by_itself(kind: str) -> None:
    of = model(kind, 3, False)
    served = warm(of.content)

    assert None not in [each.paired for each in served.trees]
    assert difference(served, of, edges(of, ROWS)) == ""


def test_trees_of_many_nodes_answer_alike_before_and_after_they_are_paired() -> None:
    served: Any = trees.read(large().content)
    cold, pairing, rows = (table(count, seed=2) for count in (trees.ROWS_COLD - 1, PARTS, ROWS))

    assert difference(served, large(), cold) == ""
    assert served.pair is None
    assert difference(served, large(), table(1)) == ""
    assert served.pair is not None
    assert difference(served, large(), pairing) == ""
    assert served.paired is None
    assert difference(served, large(), rows) == ""
    assert served.paired is not None
    assert difference(served, large(), rows) == ""


def test_rows_that_several_threads_score_are_answered_as_by_one() -> None:
    served: Any = trees.read(large().content)
    rows = served_rows(table(20 * STEPS, seed=3))

    with switching_often(), ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(served.score, rows))

    assert served.paired is not None
    assert answers == [large().served.score(row) for row in rows]


class switching_often:  # noqa: N801 - as a function reads
    """Threads take turns at every chance."""

    def __enter__(self) -> None:
        self._seconds = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)

    def __exit__(self, *_: object) -> None:
        sys.setswitchinterval(self._seconds)


def test_trees_of_more_nodes_than_become_tuples_are_copied() -> None:
    served: Any = trees.read(of_more_nodes(large()))
    rows = table(STEPS, seed=2)

    assert served.nodes > NODES_PAIRED
    assert isinstance(served.arrays[0], memoryview)
    assert difference(served, large(), rows) == ""
    assert [type(each) for each in served.arrays] == [bytes, array, array, array]
    assert difference(served, large(), rows) == ""
    assert served.paired is None


def test_nodes_of_all_members_count() -> None:
    of = model(next(iter(BLENDS)), 2, False)
    served: Any = warm(of_more_nodes(of))

    assert {each.nodes for each in served.trees} == {NODES_PAIRED + sum(len(each.slot) for each in served.trees)}
    assert {each.paired for each in served.trees} == {None}


def test_copied_slots_of_more_than_256_stay_numbers() -> None:
    slots = memoryview(struct.pack("<3h", 1, 300, 2)).cast("h")

    assert list(copied(slots)) == [1, 300, 2]
    assert copied([1, 2]) == [1, 2]
