"""An array of columns is read, described, trained on and served as its columns would be, and told as one feature."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import ColumnMissing, NightswapError
from chalicelib.registry.run_documents import DataProfile
from lambdas.kept import policies
from lambdas.model.data.swapped import swapped
from lambdas.model.formats.all_formats import format_of
from lambdas.model.reading.object_reader import read_text
from lambdas.model.recipe import Columns, Numeric, Recipe, Split
from lambdas.model.splitting.split import Draw
from lambdas.model.training.estimator import fit, format_for
from lambdas.serve import scorecard, trees
from lambdas.serve.handler import Service
from tests.given import data
from tests.given.holdouts import evaluate


def forest(_: Columns) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(5, max_depth=4, random_state=0)


def with_array(**changes: Any) -> Recipe:
    policies: dict[str, Any] = {"minimum": 0, "maximum": 100, **changes.pop("policies", {})}
    base: dict[str, Any] = {"estimator": data.logistic_regression, "cross_validation_folds": 0, **changes}
    return data.recipe(columns=[Numeric("age"), Numeric.array("pixels", 4, **policies)], **base)


RECIPE = with_array()


def service(recipe: Recipe, content: bytes, kind: str) -> Service:
    reader: Any = {"scorecard": scorecard.read, "trees": trees.read}[kind]
    return Service(scorer=reader(content), model="flows", model_version=1, artifact_sha256="0" * 64, format=kind)


@pytest.mark.parametrize("estimator", [data.logistic_regression, forest])
@pytest.mark.parametrize("policies", [{}, {"missing": "median", "outside": "clip"}])
def test_what_is_trained_on_an_array_serves_a_list(estimator: Any, policies: dict[str, Any]) -> None:
    recipe = with_array(estimator=estimator, policies=policies)
    train, holdout = data.table(recipe, rows=300), data.table(recipe, rows=120, seed=1)
    fitted = fit(recipe, train=train)
    made = format_of(format_for(recipe)).code()
    exported = made.export(fitted)
    artifact = made.load(exported.content)
    serving = service(recipe, exported.content, format_for(recipe))

    report = evaluate(recipe, artifact=artifact, holdout=holdout, answers=fitted.answers(holdout), champion=artifact)

    assert [(each["name"], each["kind"], each.get("size")) for each in exported.schema["columns"]] == [
        ("age", "number", None),
        ("pixels", "array", 4),
    ]
    sample = report["replay"]
    assert {len(each["pixels"]) for each in sample["instances"]} == {4}
    answered: Any = serving.answer({"instances": sample["instances"]})["body"]
    assert [each["label"] for each in answered["predictions"]] == [each["label"] for each in sample["expected"]]
    assert next(rule for rule in report["rules"] if "differ" in rule["name"] or "parity" in rule["name"])["passed"]


def test_same_rows_make_the_same_model_as_single_columns() -> None:
    names = ["age", *(each.name for each in RECIPE.arrays[0].elements)]
    apart = data.recipe(
        columns=[Numeric(name) for name in names], estimator=data.logistic_regression, cross_validation_folds=0
    )
    rows = data.table(RECIPE, rows=200)

    together, alone = (fit(recipe, train=rows).answers(rows) for recipe in (RECIPE, apart))

    assert np.array_equal(together.probabilities, alone.probabilities)


def test_file_has_a_column_for_each_number() -> None:
    reading = read_text("a.csv", text=data.csv(RECIPE, rows=50), recipe=RECIPE)

    assert reading.table.numeric.shape == (50, 5)


def test_missing_columns_of_an_array_are_named() -> None:
    with pytest.raises(ColumnMissing, match=r"has no column pixels_1, pixels_3\. Its"):
        read_text("a.csv", text=b"age,pixels_0,pixels_2,label\n1,2,3,ok.\n", recipe=RECIPE)


def test_bad_cell_is_named_by_its_column() -> None:
    text = b"age,pixels_0,pixels_1,pixels_2,pixels_3,label\n1,2,3,400,5,ok.\n"

    with pytest.raises(NightswapError, match=r"1 cell of column pixels_2 in a\.csv is out of range"):
        read_text("a.csv", text=text, recipe=RECIPE)


def test_changed_cells_are_counted_for_the_array() -> None:
    recipe = with_array(policies={"missing": 0, "outside": "clip"})
    text = b"age,pixels_0,pixels_1,pixels_2,pixels_3,label\n1,,3,400,5,ok.\n1,,3,-1,,ok.\n"

    assert read_text("a.csv", text=text, recipe=recipe).changed == {"pixels": {"missing": 3, "clipped": 2}}


def test_profile_tells_an_array_as_one_column_with_the_median_of_each_number() -> None:
    rows = b"".join(b"%d,%d,9,,%d,ok.\n" % (place, place, place + 1) for place in range(101))
    header = b"age,pixels_0,pixels_1,pixels_2,pixels_3,label\n"
    recipe = with_array(policies={"missing": 0, "maximum": 1000})
    piece = data.piece_of("a.csv", header + rows + rows.replace(b"ok.", b"spam."), recipe=recipe)
    found = data.prepared([piece], recipe=recipe).profile

    assert [*found["columns"]] == ["age", "pixels"]
    assert found["columns"]["pixels"] == {
        "kind": "array",
        "size": 4,
        "missing": 202,
        "minimum": 0.0,
        "maximum": 101.0,
        "medians": [50.0, 9.0, None, 51.0],
    }
    assert DataProfile.of(json.loads(json.dumps(found))).example == {"age": 50, "pixels": [50, 9, None, 51]}


def test_another_size_is_another_way_to_read_a_file() -> None:
    other = data.recipe(columns=[Numeric("age"), Numeric.array("pixels", 5, 0, 100)])

    assert policies(RECIPE) != policies(other)


def test_numbers_of_an_array_are_not_taken_for_swapped() -> None:
    rows = data.table(RECIPE, rows=60)
    far = {"kind": "number", "quartile_1": 0, "median": 1, "quartile_3": 2, "minimum": 0, "maximum": 3}

    assert swapped(rows, recipe=RECIPE, earlier={name: far for name in ("pixels_0", "pixels_1")}) == []


def test_rows_alike_are_told_by_all_numbers_of_an_array() -> None:
    recipe = with_array(split=Split(duplicates="together"))

    assert Draw.first(recipe, salt="0" * 64).columns == ("age", "pixels_0", "pixels_1", "pixels_2", "pixels_3")
