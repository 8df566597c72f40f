from __future__ import annotations

import json

import numpy as np
import pytest

from chalicelib.errors import DatasetEmpty, SingleClass, TooFewRows
from lambdas.model.preparation import prepare
from lambdas.model.row_hashes import row_hashes
from lambdas.model.table import FILES, Table, concat
from tests.unit.lambdas.model import data

RECIPE = data.recipe()


def table(labels: list[str], *, start: int = 0) -> Table:
    rows = len(labels)
    numeric = np.column_stack([np.arange(start, start + rows), np.zeros(rows)]).astype(np.float64)
    return Table(numeric, np.full((rows, 1), "SF"), np.array(labels))


def row_set(part: Table) -> set[float]:
    return set(part.numeric[:, 0].tolist())


def test_row_never_changes_side_when_nights_are_added() -> None:
    first, second = table(["good", "bad"] * 50), table(["good"] * 30, start=1000)

    alone, both = prepare([("1", first)], recipe=RECIPE), prepare([("1", first), ("2", second)], recipe=RECIPE)

    assert row_set(alone.train) <= row_set(both.train)
    assert row_set(alone.holdout) <= row_set(both.holdout)
    assert not row_set(both.train) & row_set(both.holdout)
    assert len(both.train) + len(both.holdout) == 130


def test_profile_is_ready_for_json_and_counts_everything() -> None:
    objects = [("1.csv", data.table(RECIPE, rows=200)), ("2.csv", data.table(RECIPE, rows=50, seed=1))]

    prepared = prepare(objects, recipe=RECIPE)

    profile = json.loads(json.dumps(prepared.profile, allow_nan=False))
    whole = concat([table for _, table in objects])
    assert profile["rows"] == profile["train_rows"] + profile["holdout_rows"] == 250
    assert profile["objects"] == {"1.csv": 200, "2.csv": 50}
    assert sum(counts["rows"] for counts in profile["classes"].values()) == 250
    assert profile["classes"]["bad"]["holdout"] == (prepared.holdout.labels == "bad").sum()
    assert profile["columns"]["size"]["maximum"] == whole.numeric[:, 0].max()
    assert profile["columns"]["size"]["mean"] == pytest.approx(whole.numeric[:, 0].mean())
    assert profile["columns"]["flag"]["levels"] == len(np.unique(whole.categorical))
    assert sum(profile["columns"]["flag"]["top"].values()) == 250


def test_duplicates_and_overlap_are_counted_as_rows_that_occur_elsewhere() -> None:
    twice = table(["good", "bad"] * 50)

    profile = prepare([("1", twice), ("2", twice)], recipe=RECIPE).profile

    # Both objects hold the same rows and are split alike, so the holdout meets nothing of the training part.
    assert profile["duplicate_rows"] == 100
    assert profile["holdout_rows_in_train"] == 0

    # Every row is one of two.
    same = Table(np.zeros((40, 2)), np.full((40, 1), "SF"), np.array(["good", "bad"] * 20))
    profile = prepare([("1", same)], recipe=RECIPE).profile
    assert profile["duplicate_rows"] == 38
    assert profile["holdout_rows_in_train_ratio"] == 1.0


def test_huge_numbers_have_a_finite_mean() -> None:
    huge = Table(np.full((20, 2), 1.7e308), np.full((20, 1), "SF"), np.array(["good", "bad"] * 10))

    assert prepare([("1", huge)], recipe=RECIPE).profile["columns"]["age"]["mean"] == pytest.approx(1.7e308)


def test_night_of_one_class_is_fine_and_a_data_set_of_one_class_is_not() -> None:
    good, bad = table(["good"] * 10), table(["bad"] * 10, start=50)

    assert len(prepare([("1", good), ("2", bad)], recipe=RECIPE).holdout) == 4
    with pytest.raises(SingleClass, match="all 10 rows of the data set hold the class good"):
        prepare([("1", good)], recipe=RECIPE)


def test_whole_holdout_without_a_row_is_an_error() -> None:
    with pytest.raises(TooFewRows, match="2 rows in 2 objects leave none to hold out"):
        prepare([("1", table(["good"])), ("2", table(["bad"], start=5))], recipe=RECIPE)


def test_data_set_without_objects_is_an_error() -> None:
    with pytest.raises(DatasetEmpty, match="nightswap data add FILE --model"):
        prepare([], recipe=RECIPE)


def test_hashes_tell_rows_apart_by_every_cell_and_not_by_the_width_of_the_type() -> None:
    base = Table(np.array([[0.0, 1.0]]), np.array([["ab"]]), np.array(["good"]))
    others = [
        Table(np.array([[1.0, 0.0]]), base.categorical, base.labels),
        Table(base.numeric, np.array([["ba"]]), base.labels),
        Table(base.numeric, np.array([["abg"]]), np.array(["ood"])),
        Table(base.numeric, base.categorical, np.array(["bad"])),
    ]

    hashes = {int(row_hashes(each)[0]) for each in [base, *others]}

    assert len(hashes) == 5
    same = Table(np.array([[-0.0, 1.0]]), base.categorical.astype("U90"), base.labels.astype("U9"))
    assert row_hashes(same)[0] == row_hashes(base)[0]


def test_table_survives_its_files() -> None:
    made = data.table(data.numeric_recipe(), rows=5)

    files = made.to_files()

    assert set(files) == set(FILES)
    back = Table.from_files(files)
    assert back.numeric.tolist() == made.numeric.tolist()
    assert back.categorical.shape == (5, 0)
    assert back.labels.tolist() == made.labels.tolist()


def test_files_that_do_not_fit_are_refused() -> None:
    files = data.table(RECIPE, rows=5).to_files()

    with pytest.raises(ValueError, match="of one length"):
        Table.from_files({**files, "labels.npy": files["numeric.npy"]})
    with pytest.raises(ValueError, match="magic"):
        Table.from_files({**files, "labels.npy": b"not an array"})


def test_array_of_objects_is_neither_written_nor_read() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        Table(np.array([["a"]], dtype=object), np.array([["b"]]), np.array(["c"])).to_files()
