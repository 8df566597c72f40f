"""Stored files scored by a version of trees: dates and missing values in every form that a file may have."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from lambdas.model.formats.all_formats import format_of
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, Date, Numeric, Recipe, at_least
from lambdas.model.training.estimator import fit
from lambdas.serve.seldom.date_texts import seconds_of, text_of
from tests.given import batches
from tests.given.nights import MODEL

ROWS = 60
LABELS = np.array(["paid", "late"])


def forest(_: Columns) -> object:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(8, max_depth=6, random_state=0)


def recipe(*columns: Numeric | Categorical) -> Recipe:
    return Recipe(
        model=MODEL,
        columns=columns,
        label="y",
        classes={"0": "paid", "1": "late"},
        estimator=forest,
        thresholds=[at_least("accuracy", bound=0.9)],
        missing_values=["NA"],
        cross_validation_folds=0,
    )


SIZE, OPENED = Numeric("size", missing="kept"), Date("opened", missing="kept", parts=["seconds", "year"])
WITH_DATES, NUMBERS = recipe(SIZE, OPENED, Numeric("age")), recipe(SIZE, Numeric("age"))


def table(of: Recipe) -> Table:
    """Two of the columns are missing now and then."""
    rng = np.random.default_rng(3)
    size, age = rng.normal(size=ROWS).round(3), rng.integers(18, 90, size=ROWS).astype(float)
    late = np.where(size + age / 50 > 1, "late", "paid")
    size[::7] = np.nan
    days = rng.integers(18_000, 20_000, size=ROWS) * 86_400.0
    days[::11] = np.nan
    numbers = np.column_stack([size, days, age] if of is WITH_DATES else [size, age])
    return Table(numbers, np.empty((ROWS, 0), dtype=np.str_), late)


def scored(of: Recipe, content: bytes, name: str) -> tuple[dict[str, Any], list[dict[str, Any]], Any]:
    """What the batch tells, its predictions, and the probabilities of the estimator."""
    rows = table(of)
    fitted = fit(of, train=rows)
    exported = format_of("trees").code().export(fitted)
    edges = batches.stage_of(exported, kind="trees").edges
    result = batches.result(edges, content, name, recipe_of=lambda _: of)
    return result, batches.predictions(edges, result["batch"]), fitted.answers(rows)


def cells(of: Recipe) -> list[dict[str, str]]:
    """The rows as texts; a missing value is empty in one row, NA in the next."""
    names, missing = [each.name for each in of.columns], iter(["", "NA"] * ROWS)
    rows = [dict(zip(names, row, strict=True)) for row in table(of).numeric.tolist()]
    return [
        {name: next(missing) if value != value else written(name, value) for name, value in each.items()}
        for each in rows
    ]


def written(name: str, value: float) -> str:
    return text_of(value) if name == "opened" else repr(value)


def as_csv(of: Recipe) -> bytes:
    raw = {name: label for label, name in of.classes.items()}
    lines = [",".join([*row.values(), raw[label]]) for row, label in zip(cells(of), table(of).labels, strict=True)]
    return "\n".join([",".join([*(each.name for each in of.columns), "y"]), *lines, ""]).encode()


def as_json_lines(of: Recipe) -> bytes:
    def value(name: str, text: str) -> object:
        return None if text in ("", "NA") else text if name == "opened" else float(text)

    return b"".join(
        json.dumps({name: value(name, text) for name, text in row.items()}).encode() + b"\n" for row in cells(of)
    )


def as_array(of: Recipe) -> bytes:
    return batches.array(table(of).numeric)


FORMS = {"csv": as_csv, "jsonl": as_json_lines, "npy": as_array}


@pytest.mark.parametrize(
    ("of", "name"),
    [
        (WITH_DATES, "rows.csv"),
        (WITH_DATES, "rows.csv.gz"),
        (WITH_DATES, "rows.jsonl"),
        (NUMBERS, "rows.csv"),
        (NUMBERS, "rows.jsonl"),
        (NUMBERS, "rows.npy"),
    ],
)
def test_every_form_gets_the_probabilities_of_the_estimator_in_its_order(of: Recipe, name: str) -> None:
    result, predictions, expected = scored(of, FORMS[name.split(".")[1]](of), name)

    assert (result["status"], result["records"], result["refused"], result["warnings"]) == ("done", ROWS, 0, [])
    found = [[each["probabilities"][of] for of in expected.classes] for each in predictions]
    assert [each["record"] for each in predictions] == [*range(1, ROWS + 1)]
    assert np.abs(np.array(found) - expected.probabilities).max() < 1e-9
    assert [each["label"] for each in predictions] == expected.labels.tolist()
    if "csv" in name:
        assert result["accuracy"] == pytest.approx((expected.labels == table(of).labels).mean())


def test_bad_date_and_missing_number_are_refused_each_with_its_column() -> None:
    text = b"size,opened,age\n1,2026-02-30,20\n1,2026-02-28,\n1,2026-02-28,20\n"

    result, predictions, _ = scored(WITH_DATES, text, "rows.csv")

    assert (result["records"], result["refused"]) == (3, 2)
    assert [each["record"] for each in predictions] == [3]


def test_array_has_no_place_for_dates_and_as_many_columns_as_the_model() -> None:
    rows = np.ones((3, 3))

    of_dates, _, _ = scored(WITH_DATES, batches.array(rows), "rows.npy")
    of_numbers, _, _ = scored(NUMBERS, batches.array(rows), "rows.npy")

    assert of_dates["reason"].endswith("holds numbers alone, and the model takes texts in opened: send CSV")
    assert "has 3 columns, and the model takes 2, in this order: size, age" in of_numbers["reason"]


def test_number_that_is_not_finite_is_refused_and_a_missing_one_that_the_model_does_not_take_too() -> None:
    rows = np.array([[1.0, 20], [np.inf, 20], [-np.inf, 20], [1, np.nan]])

    result, predictions, _ = scored(NUMBERS, batches.array(rows), "rows.npy")

    assert [each["record"] for each in predictions] == [1]
    assert (result["records"], result["refused"]) == (4, 3)


def test_date_that_a_file_tells_is_read_back_as_it_was() -> None:
    days = table(WITH_DATES).numeric[:, 1]

    assert [seconds_of(text_of(each)) for each in days[~np.isnan(days)]] == days[~np.isnan(days)].tolist()
