from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from chalicelib.errors import SingleClass, TooFewRows
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.gate.thresholds import at_least
from lambdas.model.reading.table import FILES, Table, concat
from lambdas.model.splitting.row_hashes import row_hashes
from lambdas.model.splitting.split import DRAWN, Draw, split_rows
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.given.holdouts import evaluate

RECIPE = data.recipe()


def table(labels: list[str], *, start: int = 0) -> Table:
    rows = len(labels)
    numeric = np.column_stack([np.arange(start, start + rows), np.zeros(rows)]).astype(np.float64)
    return Table(numeric, np.full((rows, 1), "SF"), np.array(labels))


def prepared(*tables: Table) -> data.Prepared:
    return data.prepared(
        [data.piece(f"{number}", each) for number, each in enumerate(tables, start=1)], recipe=RECIPE
    )


def row_set(part: Table) -> set[float]:
    return set(part.numeric[:, 0].tolist())


def test_row_never_changes_side_when_nights_are_added() -> None:
    first, second = table(["good", "bad"] * 50), table(["good"] * 30, start=1000)

    alone, both = prepared(first), prepared(first, second)

    assert row_set(alone.train) <= row_set(both.train)
    assert row_set(alone.holdout) <= row_set(both.holdout)
    assert not row_set(both.train) & row_set(both.holdout)
    assert len(both.train) + len(both.holdout) == 130


def test_profile_is_ready_for_json_and_counts_everything() -> None:
    tables = data.table(RECIPE, rows=200), data.table(RECIPE, rows=50, seed=1)

    found = prepared(*tables)

    profile = json.loads(json.dumps(found.profile, allow_nan=False))
    whole = concat(tables)
    assert profile["rows"] == profile["train_rows"] + profile["holdout_rows"] == 250
    assert profile["objects"] == {
        "1": {"lines": 201, "blank_lines": 0, "records": 201, "rows": 200},
        "2": {"lines": 51, "blank_lines": 0, "records": 51, "rows": 50},
    }
    assert sum(counts["rows"] for counts in profile["classes"].values()) == 250
    assert profile["classes"]["bad"]["holdout"] == (found.holdout.labels == "bad").sum()
    assert profile["columns"]["size"]["maximum"] == whole.numeric[:, 0].max()
    assert profile["columns"]["size"]["mean"] == pytest.approx(whole.numeric[:, 0].mean())
    assert profile["columns"]["flag"]["levels"] == len(np.unique(whole.categorical))
    assert sum(profile["columns"]["flag"]["top"].values()) == 250


def test_duplicates_and_overlap_are_counted_as_rows_that_occur_elsewhere() -> None:
    twice = table(["good", "bad"] * 50)

    copies = [data.piece("1", twice, salt="the same text"), data.piece("2", twice, salt="the same text")]
    profile = data.prepared(copies, recipe=RECIPE).profile

    # Both objects hold the same rows and are split alike, so the holdout meets nothing of the training part.
    assert profile["duplicate_rows"] == 100
    assert profile["holdout_rows_in_train"] == 0

    # Every row is one of two.
    same = Table(np.zeros((40, 2)), np.full((40, 1), "SF"), np.array(["good", "bad"] * 20))
    profile = prepared(same).profile
    assert profile["duplicate_rows"] == 38
    assert profile["holdout_rows_in_train_ratio"] == 1.0


def test_huge_numbers_have_a_finite_mean() -> None:
    huge = Table(np.full((20, 2), 1.7e308), np.full((20, 1), "SF"), np.array(["good", "bad"] * 10))

    assert prepared(huge).profile["columns"]["age"]["mean"] == pytest.approx(1.7e308)


def test_night_of_one_class_is_fine_and_a_data_set_of_one_class_is_not() -> None:
    good, bad = table(["good"] * 10), table(["bad"] * 10, start=50)

    assert len(prepared(good, bad).holdout) == 4
    with pytest.raises(SingleClass, match="all 10 rows of the data set hold the class good"):
        prepared(good)


def test_two_rows_of_a_class_a_night_reach_both_parts_in_proportion() -> None:
    nights = [table(["good"] * 998 + ["bad"] * 2, start=1000 * night) for night in range(20)]

    classes = prepared(*nights).profile["classes"]

    assert classes["good"]["holdout"] + classes["bad"]["holdout"] == 4000
    assert 2 <= classes["bad"]["holdout"] <= 14  # of 40, 8 are looked for


def test_single_row_a_night_reaches_both_parts_too() -> None:
    nights = [table(["good"] * 99 + ["bad"], start=100 * night) for night in range(50)]

    bad = prepared(*nights).profile["classes"]["bad"]

    assert bad["rows"] == bad["train"] + bad["holdout"] == 50
    assert 3 <= bad["holdout"] <= 20  # 10 are looked for


LONELY = next(
    (fell, kept)
    for fell in "abcdefgh"
    for kept in "abcdefgh"
    if len(split_rows(np.array([0]), draw=Draw(DRAWN, 0.2, 42, fell))[1])
    and len(split_rows(np.array([0]), draw=Draw(DRAWN, 0.2, 42, kept))[0])
)
"""A salt by which a single row is held out, and one by which it is trained on."""


@pytest.mark.parametrize(("salt", "part"), [(LONELY[0], "training part"), (LONELY[1], "holdout")])
def test_part_without_a_class_that_the_gate_asks_for_is_an_error_with_a_way_out_that_helps(
    salt: str, part: str
) -> None:
    many = data.piece("many", table(["good"] * 1000))
    lonely = data.piece("lonely", table(["bad"], start=2000), salt=salt)

    with pytest.raises(TooFewRows) as raised:
        data.prepared([many, lonely], recipe=RECIPE)

    assert raised.value.message == (
        f"the {part} has no row of bad, of 1,001 rows in 2 objects (bad: 1 row): many, lonely. A new file that holds"
        " 5 rows or more of a class gives some of them to each part: nightswap data add FILE --model flows"
    )
    assert raised.value.details == {"model": "flows", "rows": 1001, "lacking": ["bad"]}
    for name in "abcdefgh":
        added = data.piece(name, table(["bad"] * 5, start=3000))
        assert data.prepared([many, lonely, added], recipe=RECIPE).profile["classes"]["bad"]["rows"] == 6


def test_part_of_one_class_is_an_error_though_no_rule_is_about_the_other() -> None:
    """Whoever answers the one class to everything would be right there."""
    recipe = data.recipe(positive=None, thresholds=[at_least("accuracy", bound=0.6)])
    pieces = [data.piece("1", table(["good"] * 100)), data.piece("2", table(["bad"], start=200), salt=LONELY[1])]

    with pytest.raises(
        TooFewRows, match=r"^the holdout has no row of bad, of 101 rows in 2 objects \(bad: 1 row\): 1, 2\."
    ):
        data.prepared(pieces, recipe=recipe)


def test_class_without_a_row_that_no_rule_is_about_is_not_asked_for() -> None:
    recipe = replace(data.three_class_recipe(), thresholds=[at_least("accuracy", bound=0.6)])
    pieces = [data.piece("1", table(["ant"] * 100)), data.piece("2", table(["bee"], start=200), salt=LONELY[1])]

    with pytest.raises(TooFewRows) as raised:
        data.prepared(pieces, recipe=recipe)

    assert raised.value.details["lacking"] == ["bee"]


def test_positive_class_is_asked_for_without_a_rule() -> None:
    recipe = replace(data.three_class_recipe(), thresholds=[at_least("accuracy", bound=0.6)], positive="cat")
    pieces = [
        data.piece("1", table(["ant", "bee"] * 50)),
        data.piece("2", table(["cat"], start=200), salt=LONELY[1]),
    ]

    with pytest.raises(
        TooFewRows, match=r"^the holdout has no row of cat, of 101 rows in 2 objects \(cat: 1 row\): 1, 2\."
    ):
        data.prepared(pieces, recipe=recipe)


def test_class_that_the_gate_asks_for_and_that_has_no_row_at_all_is_an_error() -> None:
    recipe = data.three_class_recipe()
    labels = np.repeat(["ant", "cat"], 50)

    with pytest.raises(
        TooFewRows, match=r"^the training part has no row of bee, of 100 rows in 1 object \(bee: 0 rows"
    ):
        data.prepared([data.piece("1", Table(np.zeros((100, 2)), np.full((100, 1), "SF"), labels))], recipe=recipe)


@pytest.mark.parametrize("salt", LONELY)
def test_rare_class_that_no_rule_is_about_fails_no_night_on_whichever_side_it_is(salt: str) -> None:
    recipe = data.three_class_recipe()
    common = data.table(recipe, rows=200)
    common = common.take(np.flatnonzero(common.labels != "cat"))
    rare = Table(np.ones((1, 2)), np.full((1, 1), "SF"), np.array(["cat"]))
    found = data.prepared([data.piece("1", common), data.piece("2", rare, salt=salt)], recipe=recipe)

    fitted = fit(recipe, train=found.train)
    served = load(export(fitted).content)
    answers = fitted.answers(found.holdout)
    report = evaluate(recipe, artifact=served, holdout=found.holdout, answers=answers, champion=served)

    assert report["passed"], report["reason"]
    assert found.profile["classes"]["cat"]["rows"] == 1


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
    with pytest.raises(ValueError, match="pickled"):
        Table(np.array([["a"]], dtype=object), np.array([["b"]]), np.array(["c"])).to_files()
