from __future__ import annotations

import copy
import math
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lambdas.model.formats.trees.export import export
from lambdas.serve import trees
from lambdas.serve.handler import Service
from lambdas.serve.links import OperatingPoint
from lambdas.serve.schema import ModelInvalid, Row
from lambdas.serve.seldom.paired import PARTS
from tests.given.tree_files import parts, whole
from tests.given.trees import CASES, LARGEST, difference, edges, model, served_rows, table

ROWS = 150
ROWS_PAIRED = trees.ROWS_COLD + PARTS + 10
"""Rows after which all nodes are tuples."""


@pytest.mark.parametrize(("kind", "classes", "missing"), CASES)
def test_served_trees_answer_as_the_estimator(kind: str, classes: int, missing: bool) -> None:
    of = model(kind, classes, missing)

    assert difference(of.served, of, table(ROWS, classes=classes, missing=missing, seed=2)) == ""
    assert difference(of.served, of, edges(of, ROWS, missing=missing)) == ""


@pytest.mark.parametrize(("kind", "classes", "missing"), [each for each in CASES if each[0] != "weighted forest"])
def test_what_the_columns_add_is_the_score(kind: str, classes: int, missing: bool) -> None:
    of = model(kind, classes, missing)

    for row in served_rows(table(20, classes=classes, missing=missing, seed=3)):
        added = of.served.added(row)
        sums = [math.fsum(adds) for adds in added.values()]

        assert list(added) == list(of.served.classes)
        assert {len(adds) for adds in added.values()} == {1 + len(of.served.schema.columns)}
        assert sums == pytest.approx(scores(of.served, row), abs=1e-12)


@pytest.mark.parametrize("kind", ["forest", "gradient boosting", "AdaBoost", "histogram gradient boosting"])
@pytest.mark.parametrize("positive", ["class-0", "class-1"])
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_class_that_leads_is_the_one_that_the_threshold_answers(kind: str, positive: str, threshold: float) -> None:
    of = model(kind, 2, False)
    fitted = replace(of.fitted, operating_point=OperatingPoint(positive, threshold))
    served = trees.read(export(fitted).content)

    for row in served_rows(table(60, seed=4)):
        chance = dict(zip(served.classes, served.score(row)[1], strict=True))[positive]
        sums = {name: math.fsum(adds) for name, adds in served.added(row).items()}
        other = next(name for name in sums if name != positive)
        lead = 2 * (chance - threshold) if kind == "forest" else log_odds(chance) - log_odds(threshold)
        assert (sums[positive] - sums[other]) == pytest.approx(lead, abs=1e-9)


def log_odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def scores(served: trees.Trees, row: Row) -> list[float]:
    """What decides the label: probabilities of a mean, else scores; of two classes the first has none."""
    laid = served.laid(row)
    assert laid is not None
    values = served.leaf_values(laid)
    if served.link == "mean":
        return served.score(row)[1]
    found = served.votes(values) if served.link == "votes" else served.scores(values)
    return [0.0, *found] if len(found) == 1 else found


def test_column_that_no_tree_asks_about_adds_nothing() -> None:
    of = model("decision tree", 2, False)
    asked = {of.served.columns[slot] for slot in of.served.slot}
    (row,) = served_rows(table(1))

    adds = of.served.added(row)["class-1"][1:]

    assert asked <= set(range(5))
    assert [adds[place] for place in range(5) if place not in asked] == [0.0] * (5 - len(asked))


@pytest.mark.parametrize("sign", [1, -1])
def test_number_that_rounds_to_infinity_is_not_scored(sign: int) -> None:
    """As scikit-learn refuses it."""
    served = model("forest", 2, False).served
    too_large = math.nextafter(LARGEST, math.inf)

    assert math.isfinite(sum(served.score([sign * LARGEST, "tcp", 0.0, 0.0, "tcp"])[1]))
    assert all(map(math.isnan, served.score([sign * too_large, "tcp", 0.0, 0.0, "tcp"])[1]))
    assert all(map(math.isnan, served.added([sign * too_large, "tcp", 0.0, 0.0, "tcp"])["class-0"]))
    assert served.undefined([sign * too_large, "tcp", 0.0, 0.0, "tcp"]) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_request_with_a_number_that_rounds_to_infinity_is_refused_in_words(sign: int) -> None:
    service = Service(model("forest", 2, False).served, "flows", 1, artifact_sha256="0" * 64, format="trees")

    def answered(number: float) -> dict[str, Any]:
        return service.answer({"instances": [{"a": number, "protocol": "tcp", "b": 0, "c": 0, "flag": "tcp"}]})

    largest, too_large = answered(sign * LARGEST), answered(sign * math.nextafter(LARGEST, math.inf))

    assert largest["status"] == 200
    assert too_large["status"] == 400
    assert too_large["body"]["Code"] == "FeatureOutOfRange"
    assert too_large["body"]["Instance"] == 0
    assert "too large to be scored" in too_large["body"]["Message"]


def test_number_that_a_scaler_makes_infinite_is_not_scored() -> None:
    served = model("prepared forest", 2, False).served

    assert all(map(math.isnan, served.score([1e308, "tcp", 0.0, 0.0, "tcp"])[1]))


def test_histograms_take_numbers_of_64_bits() -> None:
    of = model("histogram gradient boosting", 2, False)
    label, shares = of.served.score([1e308, "tcp", 0.0, 0.0, "tcp"])

    assert label in of.served.classes
    assert math.isfinite(sum(shares))


def zero(kind: str) -> Any:
    """A model whose one score is 0 for every row."""
    of = model(kind, 2, False)
    header, body = parts(of)
    values = header["sections"]["value"]
    begin, size = values[1], values[2] * 8
    body = body[:begin] + bytes(size) + body[begin + size :]
    return trees.read(whole({**header, "base": [0.0]}, body))


VERSION_1: dict[str, Any] = {
    "format": "trees",
    "format_version": 1,
    "classes": ["no", "yes"],
    "positive": "yes",
    "schema": {
        "columns": [
            {"kind": "number", "name": "x", "minimum": None, "maximum": None, "missing": "kept", "absent": ["NA"]},
            {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0", "SF"], "unknown": "ignored"},
        ]
    },
    "link": "mean",
    "base": [0.0, 0.0],
    "scale": 1.0,
    "rounds_to_32_bits": True,
    "zero_is_second": False,
    "numbers": [[0, 1, [["minus", 1.0]]]],
    "tables": [[1, 1, "table-0"]],
    "sections": {
        "slot": ["h", 0, 2],
        "threshold": ["f", 8, 2],
        "left": ["h", 16, 2],
        "right": ["h", 24, 2],
        "roots": ["i", 32, 2],
        "value": ["B", 40, 4],
        "begins": ["i", 48, 4],
        "places": ["B", 64, 4],
        "shares": ["d", 72, 4],
        "expected": ["H", 104, 2],
        "table-0": ["B", 112, 3],
    },
}
"""A tree that asks whether x - 1 <= 2, and one that asks for the flag."""
BODY_1 = b"".join(
    struct.pack(f"<{code}", *items).ljust((len(items) * trees.TYPES[code[-1]] + 7) // 8 * 8, b"\0")
    for code, items in (
        *(("2h", (0, 1)), ("2f", (2.0, 0.5)), ("2h", (~0, ~2)), ("2h", (~1, ~3)), ("2i", (0, 1))),
        *(("4B", (0, 1, 2, 1)), ("4i", (0, 1, 2, 4)), ("4B", (0, 1, 0, 1)), ("4d", (1.0, 1.0, 0.25, 0.75))),
        *(("2H", (32_768, 49_151)), ("3B", (0, 1, 1))),
    )
)


@pytest.mark.parametrize(
    ("x", "flag", "answer"),
    [
        (3.0, "S0", ("no", [0.625, 0.375])),
        (math.nextafter(3.0, 4.0), "S0", ("no", [0.625, 0.375])),
        (3.001, "S0", ("yes", [0.125, 0.875])),
        (3.0, "SF", ("no", [0.5, 0.5])),
        (3.001, "new", ("yes", [0.0, 1.0])),
        (math.nan, "S0", ("no", [0.625, 0.375])),
    ],
)
def test_artifact_of_version_1_gives_the_answers_that_it_gave(
    x: float, flag: str, answer: tuple[str, list[float]]
) -> None:
    served = trees.read(whole(VERSION_1, BODY_1))

    assert served.score([x, flag]) == answer
    assert [math.fsum(adds) for adds in served.added([x, flag]).values()] == pytest.approx(answer[1], abs=1e-12)


@pytest.mark.parametrize(("x", "flag"), [(3.0, "S0"), (3.001, "S0"), (3.0, "SF"), (math.nan, "new")])
def test_tree_of_one_split_answers_alike_when_it_is_paired(x: float, flag: str) -> None:
    served: Any = trees.read(whole(VERSION_1, BODY_1))
    first = served.score([x, flag])

    answers = [served.score([x, flag]) for _ in range(ROWS_PAIRED)]

    assert served.paired is not None
    assert set(map(str, answers)) == {str(first)}


def test_tree_that_is_a_leaf_answers_alike_when_it_is_paired() -> None:
    header: dict[str, Any] = {**VERSION_1, "sections": {**VERSION_1["sections"], "roots": ["i", len(BODY_1), 2]}}
    served: Any = trees.read(whole(header, BODY_1 + struct.pack("<2i", ~1, ~2)))
    first = served.score([1.0, "S0"])

    answers = [served.score([1.0, "S0"]) for _ in range(ROWS_PAIRED)]

    assert served.paired is not None
    assert set(map(str, answers)) == {str(first)} == {str(("yes", [0.125, 0.875]))}


@pytest.mark.parametrize(("kind", "label"), [("gradient boosting", 1), ("histogram gradient boosting", 0)])
def test_score_of_zero_is_of_the_class_that_the_estimator_says(kind: str, label: int) -> None:
    assert zero(kind).score([0.0, "tcp", 0.0, 0.0, "tcp"]) == (f"class-{label}", [0.5, 0.5])


def test_votes_that_cancel_out_are_of_the_class_that_the_estimator_says() -> None:
    """Two trees vote with the same weight: where they differ, the score is exactly 0."""
    of = model("AdaBoost", 2, False)
    boosting = copy.deepcopy(of.fitted.estimator)
    boosting.estimators_, boosting.estimator_weights_ = boosting.estimators_[:2], np.ones(2)
    fitted = replace(of.fitted, estimator=boosting)
    rows = table(ROWS, seed=2)
    served = trees.read(export(fitted).content)

    scored = [served.score(row) for row in served_rows(rows)]

    told = fitted.answers(rows).labels.tolist()
    zero_scores = [place for place, (_, shares) in enumerate(scored) if shares == [0.5, 0.5]]
    assert len(zero_scores) > 10
    assert {told[place] for place in zero_scores} == {"class-0"}
    assert [label for label, _ in scored] == told


def test_arrays_are_read_where_they_lie() -> None:
    of = model("extra trees", 3, False, 4000)
    rows = table(50, classes=3, seed=4)

    assert {type(array) for array in (*of.served.arrays, of.served.roots, of.served.value)} == {memoryview}
    assert difference(of.served, of, rows) == ""
    assert np.isfinite([of.served.added(row)["class-2"] for row in served_rows(rows)]).all()


def test_artifact_is_the_same_bytes_for_the_same_fit() -> None:
    from lambdas.model.formats.trees.export import export

    of = model("forest", 2, False)

    assert export(of.fitted).content == of.content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        trees.MAGIC,
        trees.MAGIC + (5).to_bytes(8, "little") + b"{",
        whole([], b""),
        whole({"format": "trees", "format_version": 1}, b""),
    ],
)
def test_file_that_is_no_trees_is_refused(content: bytes) -> None:
    with pytest.raises(ModelInvalid, match=r"the trees are malformed|does not begin as trees do"):
        trees.read(content)


def test_file_of_a_later_version_is_refused_by_its_number() -> None:
    header, body = parts(model("decision tree", 2, False))

    with pytest.raises(ModelInvalid, match=r"format and version are \('trees', 5\): this reader knows"):
        trees.read(whole({**header, "format_version": 5}, body))


def test_link_that_the_reader_does_not_know_is_refused() -> None:
    header, body = parts(model("decision tree", 2, False))

    with pytest.raises(ModelInvalid, match="malformed: ValueError"):
        trees.read(whole({**header, "link": "probit"}, body))


def test_truncated_file_is_refused() -> None:
    header, body = parts(model("decision tree", 2, False))

    with pytest.raises(ModelInvalid, match="malformed: ValueError"):
        trees.read(whole(header, body[:-1]))
