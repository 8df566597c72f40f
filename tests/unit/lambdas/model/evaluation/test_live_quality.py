from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from lambdas.model.arrays import Texts
from lambdas.model.evaluation.live_quality import Past, Scored, Then
from lambdas.model.gate.statistics.falls import Errors
from lambdas.model.gate.thresholds import GateRule, at_least, at_most, at_most_cost
from lambdas.model.metrics.confusion import ClassUnknown
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.serve.schema import Schema
from tests.given import data

THRESHOLDS = [
    at_least("recall", of="bad", bound=0.5),
    at_least("precision", of="bad", bound=0.3, margin=0.02),
    at_least("f1", of="bad", bound=0.3),
    at_most("false_positive_rate", of="bad", bound=0.5),
    at_least("accuracy", bound=0.6, margin=None),
]
NO_PAST = Past({}, [])
COLUMNS = [{"kind": "number", "name": name, "minimum": None, "maximum": None} for name in ("size", "age")]


class Told:
    """An artifact that answers by the column age: 1 is bad."""

    classes = ("bad", "good")
    schema = Schema.from_document({"columns": COLUMNS})

    def score(self, features: Mapping[str, Any]) -> Answers:
        labels = np.where(features["age"] == 1, "bad", "good")
        return Answers(self.classes, labels, np.full((len(labels), 2), 0.5))


def table(*, tp: int = 0, fn: int = 0, fp: int = 0, tn: int = 0, copies: int = 0) -> Table:
    """So many rows of each kind, all of them different without `copies`."""
    labels: Texts = np.repeat(["bad", "bad", "good", "good"], [tp, fn, fp, tn])
    answers = np.repeat([1.0, 0.0, 1.0, 0.0], [tp, fn, fp, tn])
    size = np.zeros(len(labels)) if copies else np.arange(len(labels), dtype=float)
    return Table(np.column_stack([size, answers]), np.empty((len(labels), 0), dtype="U1"), labels)


def measured(*parts: Table, past: Past = NO_PAST, thresholds: list[GateRule] | None = None) -> dict[str, Any]:
    scored = Scored(Told(), recipe=data.numeric_recipe(thresholds=thresholds or THRESHOLDS))
    for each in parts:
        scored.add(each)
    return scored.to_document(past)


def ratio(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["ratios"] if each["name"] == name)


def test_matrix_is_of_all_parts_together() -> None:
    whole = measured(table(tp=30, fn=5, fp=2, tn=63))
    parts = measured(table(tp=30, fn=5), table(fp=2, tn=63))

    assert (whole["rows"], whole["classes"], whole["matrix"]) == (100, ["good", "bad"], [[63, 2], [5, 30]])
    assert {**parts, "ratios": None} == {**whole, "ratios": None}


@pytest.mark.parametrize(
    ("name", "value", "rows", "errors"),
    [
        ("recall of bad", 30 / 35, 35, 5),
        ("precision of bad", 30 / 32, 32, 2),
        ("f1 of bad", 60 / 67, 37, 7),
        ("false_positive_rate of bad", 2 / 65, 65, 2),
        ("accuracy", 0.93, 100, 7),
    ],
)
def test_ratio_has_its_value_its_interval_and_the_errors_among_its_rows(
    name: str, value: float, rows: int, errors: int
) -> None:
    found = ratio(measured(table(tp=30, fn=5, fp=2, tn=63)), name)

    assert found["value"] == pytest.approx(value, abs=1e-15)
    assert (found["interval"]["rows"], found["distinct"], found["errors"]) == (rows, rows, errors)
    assert found["interval"]["low"] < value < found["interval"]["high"]
    assert (found["then"], found["fell"], found["words"]) == (None, False, "the version was not judged by it")


def test_words_of_a_first_night_have_its_own_value_and_rows_although_copies_count_for_less() -> None:
    past = Past({"recall of bad": Then(0.95, 1000, 1000)}, [])
    found = ratio(measured(table(tp=2, fn=1), table(tp=61, fn=1, copies=1), past=past), "recall of bad")

    assert found["distinct"] < 65
    assert found["words"].startswith("0.9692 on 65 rows of the class in 1 night, 0.95 when it was judged")


def test_copies_count_as_the_rows_without_copies_that_would_tell_as_much() -> None:
    found = ratio(measured(table(tp=90, fn=10, copies=1)), "recall of bad")

    assert (found["interval"]["rows"], found["distinct"], found["errors"]) == (100, 1, 0)


def test_ratio_of_no_row_is_undefined() -> None:
    past = Past({"recall of bad": Then(0.9, 100, 100)}, [])

    found = ratio(measured(table(tn=10), past=past), "recall of bad")

    assert (found["value"], found["interval"], found["distinct"], found["fell"]) == (None, None, 0, False)
    assert found["words"] == "no rows of the class yet; 0.9 when it was judged"


def test_what_is_no_share_of_rows_is_left_out() -> None:
    recall = at_least("recall", of="bad", bound=0.5)
    thresholds = [recall, at_least("support", of="bad", bound=1)]
    thresholds += [at_most_cost({"fn": 2, "fp": 1}, of="bad", per_row=1), at_least("roc_auc", bound=0.6)]

    assert [each["name"] for each in measured(table(tp=5, tn=5), thresholds=thresholds)["ratios"]] == [
        "recall of bad"
    ]


@pytest.mark.parametrize(
    ("name", "then", "fallen"),
    [
        ("recall of bad", Then(0.95, 1_000, 1_000), {"tp": 700, "fn": 300}),
        ("precision of bad", Then(0.95, 1_000, 1_000), {"tp": 700, "fp": 300}),
        ("f1 of bad", Then(0.9, 1_000, 1_000), {"tp": 600, "fn": 200, "fp": 200}),
        ("false_positive_rate of bad", Then(0.05, 1_000, 1_000), {"fp": 300, "tn": 700, "tp": 1}),
        ("accuracy", Then(0.95, 1_000, 1_000), {"tp": 350, "tn": 350, "fn": 150, "fp": 150}),
    ],
)
def test_fall_is_proved_for_each_kind_of_ratio(name: str, then: Then, fallen: dict[str, int]) -> None:
    past = Past({name: then}, [])

    found = ratio(measured(table(**fallen), past=past), name)

    assert (found["fell"], found["then"]) == (True, then.value)
    assert "fell by more than" in found["words"] and found["words"].endswith("proved")


def test_margin_is_the_thresholds_and_one_point_without_one() -> None:
    past = Past({"precision of bad": Then(0.95, 1_000, 1_000), "accuracy": Then(0.95, 1_000, 1_000)}, [])

    found = measured(table(tp=500, fp=500), past=past)

    assert "fell by more than 0.02" in ratio(found, "precision of bad")["words"]
    assert "fell by more than 0.01" in ratio(found, "accuracy")["words"]


def test_better_value_is_no_fall() -> None:
    names = [threshold.name for threshold in THRESHOLDS]
    past = Past({name: Then(0.5, 1_000, 1_000) for name in names}, [])

    found = measured(table(tp=5_000, tn=5_000), past=past)

    assert [each["evidence"] for each in found["ratios"]] == [0.0] * len(names)


def test_earlier_nights_of_the_version_count() -> None:
    then = {"recall of bad": Then(0.95, 1_000, 1_000)}
    nights = [{"recall of bad": Errors(15, 100)}] * 9

    alone = ratio(measured(table(tp=85, fn=15), past=Past(then, [])), "recall of bad")
    together = ratio(measured(table(tp=85, fn=15), past=Past(then, nights)), "recall of bad")

    assert (alone["fell"], together["fell"]) == (False, True)
    assert together["words"].startswith("0.85 on 1,000 rows of the class in 10 nights, 0.95 when it was judged")


def test_night_that_had_no_such_ratio_is_passed_over() -> None:
    past = Past({"recall of bad": Then(0.95, 100, 100)}, [{}, {"recall of bad": Errors(5, 100)}])

    assert "in 2 nights" in ratio(measured(table(tp=95, fn=5), past=past), "recall of bad")["words"]


def test_few_rows_then_prove_no_fall_that_many_would() -> None:
    few, many = (
        ratio(measured(table(tp=850, fn=150), past=Past({"recall of bad": Then(0.95, n, n)}, [])), "recall of bad")
        for n in (40, 4_000)
    )

    assert (few["fell"], many["fell"]) == (False, True)


def test_copies_then_count_as_few_rows() -> None:
    past = Past({"recall of bad": Then(0.95, 4_000, 40)}, [])

    assert not ratio(measured(table(tp=850, fn=150), past=past), "recall of bad")["fell"]


def test_class_that_is_not_the_recipes_is_named() -> None:
    strange = Table(np.zeros((1, 2)), np.empty((1, 0), dtype="U1"), np.array(["ugly"]))

    with pytest.raises(ClassUnknown, match="ugly"):
        measured(strange)
