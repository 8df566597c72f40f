"""What is kept row by row tells the counts and the curves of all rows, and is read back as it was."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.model.arrays import to_npy
from lambdas.model.evaluation.tally.row_answers import HEAD, SCHEMA, RowAnswers
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.metrics.curves import Scores, areas
from tests.given import data
from tests.given.kept_rows import ByRow, kept

RECIPE = data.numeric_recipe(cross_validation_folds=0)
THREE = data.three_class_recipe(columns=RECIPE.columns, cross_validation_folds=0)
HOLDOUT = data.table(THREE, rows=90, seed=5).take(np.r_[np.arange(90), np.arange(20), np.arange(5)])
MINE, LIVE, ANCHOR = (ByRow(THREE.class_names, seed=seed) for seed in (1, 2, 3))


def found(**versions: Any) -> RowAnswers:
    return kept(THREE, HOLDOUT, artifact=MINE, **versions)[1]


@pytest.mark.parametrize(("name", "version"), [("challenger", MINE), ("champion", LIVE)])
@pytest.mark.parametrize("positive", THREE.class_names)
def test_areas_of_every_class_are_those_of_all_rows_and_their_probabilities(
    name: str, version: ByRow, positive: str
) -> None:
    answers = version.score(HOLDOUT.features(THREE))
    direct = areas(Scores.of(HOLDOUT.labels == positive, scores=answers.of(positive)))

    assert areas(found(champion=LIVE).curve(name, positive=positive)) == direct
    assert None not in direct.values()


def test_matrix_counts_copies() -> None:
    answered = MINE.score(HOLDOUT.features(THREE)).labels
    direct = confusion_matrix(HOLDOUT.labels, answered, labels=THREE.class_names)

    rows = found()

    assert rows.matrix("challenger").tolist() == direct.tolist()
    assert (rows.rows, len(rows.hashes), int(rows.times.max())) == (115, 90, 3)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 59), min_size=1, max_size=80), st.integers(0, 80))
def test_copies_and_where_the_holdout_is_cut_change_no_area(rows: list[int], at: int) -> None:
    holdout = HOLDOUT.take(np.array(rows))
    whole = kept(THREE, holdout, artifact=MINE)[1]
    pieces = kept(THREE, holdout, artifact=MINE, at=[min(at, len(rows))])[1]

    answers = MINE.score(holdout.features(THREE))
    for positive in THREE.class_names:
        direct = areas(Scores.of(holdout.labels == positive, scores=answers.of(positive)))
        assert areas(whole.curve("challenger", positive=positive)) == direct
    assert pieces.encode() == whole.encode()


def test_what_is_written_is_read_back() -> None:
    rows = kept(THREE, HOLDOUT, artifact=MINE, judging=2)[1]

    again = RowAnswers.decode(rows.encode())

    assert again.encode() == rows.encode()
    assert (again.judging, again.columns, again.classes) == (2, ("size", "age"), THREE.class_names)
    assert (list(again.labels), list(again.ranks)) == (["challenger"], ["challenger"])


def test_no_probability_and_no_cell_is_kept() -> None:
    with zipfile.ZipFile(io.BytesIO(found(champion=LIVE).encode())) as archive:
        arrays = {name: archive.read(name) for name in archive.namelist() if name != HEAD}

    kinds = {name: np.load(io.BytesIO(body), allow_pickle=False).dtype.kind for name, body in arrays.items()}
    assert set(kinds.values()) == {"u"}
    assert sorted(kinds) == [
        *("hashes.npy", "labels-challenger.npy", "labels-champion.npy"),
        *("ranks-challenger.npy", "ranks-champion.npy", "times.npy", "true.npy"),
    ]


def damaged(*, head: Mapping[str, Any] | None = None, **arrays: np.ndarray[Any, Any] | None) -> bytes:
    """With other entries in its head, and other arrays, or without them."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(found().encode())) as whole, zipfile.ZipFile(content, "w") as archive:
        for name in whole.namelist():
            stem = name.removesuffix(".npy").replace("-", "_")
            array = arrays.get(stem)
            if name == HEAD:
                archive.writestr(name, json.dumps({**json.loads(whole.read(name)), **(head or {})}))
            elif array is not None:
                archive.writestr(name, to_npy(array))
            elif stem not in arrays:
                archive.writestr(name, whole.read(name))
    return content.getvalue()


def changed(name: str, change: Callable[[Any], Any]) -> bytes:
    rows = found()
    value = {"labels_challenger": rows.labels["challenger"], "ranks_challenger": rows.ranks["challenger"]}.get(
        name, getattr(rows, name, None)
    )
    return damaged(**{name: change(value)})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no whole zip file"),
        (found().encode()[:-30], "no whole zip file"),
        (found().encode()[:60] + b"\xff" * 40 + found().encode()[100:], "no whole zip file"),
        (damaged(head={"schema": SCHEMA + 1}), f"it is of schema 2, and this release reads schema {SCHEMA}"),
        (damaged(head={"labels": None}), "an array or an entry of its head is missing"),
        (damaged(head={"labels": ["nobody"]}), "an array or an entry of its head is missing"),
        (damaged(times=None), "an array or an entry of its head is missing"),
        (damaged(head={"classes": ["ant"]}), "not of the same rows and classes"),
        (changed("times", lambda old: old[1:]), "not of the same rows and classes"),
        (changed("ranks_challenger", lambda old: old[:, 1:]), "not of the same rows and classes"),
        (changed("true", lambda old: old.astype(np.int8)), "not of unsigned numbers"),
        (changed("ranks_challenger", lambda old: old.astype(float)), "not of unsigned numbers"),
        (changed("hashes", lambda old: old.astype(float)), "not of unsigned numbers"),
        (changed("labels_challenger", lambda old: old + np.uint8(1)), "a code has no class"),
        (changed("hashes", lambda old: old[::-1].copy()), "not in the order of their hashes"),
    ],
)
def test_what_nobody_wrote_is_refused_in_words(body: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RowAnswers.decode(body)


def test_a_pickle_is_never_opened() -> None:
    content = io.BytesIO()
    np.save(content, np.array([{}], dtype=object), allow_pickle=True)
    whole = io.BytesIO(found().encode())
    with zipfile.ZipFile(whole) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, each in {**files, "times.npy": content.getvalue()}.items():
            archive.writestr(name, each)

    with pytest.raises(ValueError, match="allow_pickle"):
        RowAnswers.decode(body.getvalue())
