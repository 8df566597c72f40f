from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from lambdas.serve import onnx
from lambdas.serve.handler import Service
from lambdas.serve.schema import ModelInvalid
from tests.given.graphs import KINDS, difference, model, parts, strangers
from tests.unit.lambdas.serve.graph import GRAPH_1, VERSION_1, whole

ROWS = 60


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_graph_answers_as_the_estimator(kind: str, classes: int) -> None:
    of = model(kind, classes)

    assert difference(of, strangers(ROWS, classes=classes)) == ""


def test_one_row_is_answered_as_many_are() -> None:
    of = model("network", 3)
    rows = strangers(5, classes=3)
    features = {name: column.tolist() for name, column in rows.features(of.fitted.recipe).items()}
    each = [[features[column.name][row] for column in of.served.schema.columns] for row in range(5)]

    scored = [of.served.score(row) for row in each]

    wanted = of.artifact.score(rows.features(of.fitted.recipe))
    assert [label for label, _ in scored] == wanted.labels.tolist()
    assert np.array([shares for _, shares in scored]) == pytest.approx(wanted.probabilities, abs=1e-12)


@pytest.mark.parametrize("kind", ["network", "neighbours"])
def test_many_rows_of_a_request_are_scored_in_few_runs(kind: str) -> None:
    of = model(kind, 3)
    features = {
        name: column.tolist() for name, column in strangers(150, classes=3).features(of.fitted.recipe).items()
    }
    asked = [[features[column.name][row] for column in of.served.schema.columns] for row in range(150)]
    runs: list[int] = []
    served = onnx.read(of.content)
    run = served.run

    def counted(rows: Sequence[Sequence[Any]]) -> tuple[list[str], Any]:
        runs.append(len(rows))
        return run(rows)

    served.run = counted  # type: ignore[method-assign]

    scored = [*served.score_all(asked)]

    assert runs == [served.at_a_time, served.at_a_time, 150 - 2 * served.at_a_time]
    each = [of.served.score(row) for row in asked]
    assert [label for label, _ in scored] == [label for label, _ in each]
    assert np.array([shares for _, shares in scored]) == pytest.approx(
        np.array([shares for _, shares in each]), abs=1e-9
    )


def test_rows_of_a_run_that_the_graph_refuses_are_scored_one_by_one() -> None:
    served = onnx.read(whole(VERSION_1, GRAPH_1))
    served.categories.pop()

    scored = [*served.score_all([[1.0, "new"], [2.0, "SF"]])]

    assert [label for label, _ in scored] == ["no", "no"]
    assert all(math.isnan(share) for _, shares in scored for share in shares)


@pytest.mark.parametrize(
    ("numbers", "width", "has_differences", "rows"),
    [
        (500, 2, True, 64),
        (500_000, 784, True, 8),
        (12_600_000, 784, False, 64),
        (40_000_000, 100, False, 10),
        (40_000_000, 3, False, 1),
    ],
)
def test_a_run_takes_fewer_rows_where_each_makes_the_graph_hold_more(
    numbers: int, width: int, has_differences: bool, rows: int
) -> None:
    served = onnx.read(whole(VERSION_1, GRAPH_1))
    served.numbers = served.numbers[:1] * (width - 1)
    served.numbers_max, served.has_differences = numbers, has_differences

    assert served.at_a_time == rows


def test_number_that_is_too_large_is_refused_in_words() -> None:
    service = Service(model("network").served, "flows", 1, artifact_sha256="0" * 64, format="onnx")
    instance = {"a": 1e308, "protocol": "tcp", "b": 1e308, "c": -1e308, "flag": "tcp"}

    answer = service.answer({"instances": [instance]})

    assert answer["status"] == 400
    assert answer["body"]["Code"] == "FeatureOutOfRange"  # type: ignore[index]


def test_graph_that_cannot_take_a_row_answers_with_no_number() -> None:
    served = onnx.read(whole(VERSION_1, GRAPH_1))
    served.categories.pop()

    label, shares = served.score([1.0, "new"])

    assert label == "no"
    assert all(map(math.isnan, shares))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_why_of_a_graph_adds_up_to_the_probabilities_from_those_of_a_typical_row(kind: str, classes: int) -> None:
    of = model(kind, classes)
    features = {n: c.tolist() for n, c in strangers(5, classes=classes).features(of.fitted.recipe).items()}
    typical = [*of.fitted.typical]
    _, begin = of.served.score(typical)  # type: ignore[arg-type]
    for number in range(5):
        row = [features[column.name][number] for column in of.served.schema.columns]
        added = of.served.added(row)

        sums = [math.fsum(adds) for adds in added.values()]
        assert sums == pytest.approx(of.served.score(row)[1], abs=1e-9)
        assert [adds[0] for adds in added.values()] == pytest.approx(begin, abs=1e-9)
        assert added == of.served.added(row)


def test_why_of_a_graph_that_was_imported_begins_at_0_without_a_category() -> None:
    served = onnx.read(whole(VERSION_1, GRAPH_1))

    added = served.added([2.0, "SF"])

    assert not served.typical
    assert [adds[0] for adds in added.values()] == pytest.approx(served.score([0.0, "new"])[1], abs=1e-15)
    assert [sum(adds) for adds in added.values()] == pytest.approx(served.score([2.0, "SF"])[1], abs=1e-15)


def test_a_request_may_ask_a_graph_why() -> None:
    service = Service(model("neighbours").served, "flows", 1, artifact_sha256="0" * 64, format="onnx")
    instance = {"a": 1.0, "protocol": "tcp", "b": 1.0, "c": 1.0, "flag": "tcp"}

    answer = service.answer({"instances": [instance], "why": 2})

    body: Any = answer["body"]
    (told,) = body["predictions"]
    why, shares = told["why"], told["probabilities"]
    assert answer["status"] == 200
    assert len(why["columns"]) == 2
    assert why["lead"] == pytest.approx(shares[told["label"]] - shares[why["against"]], abs=1e-12)
    parts = [why["constant"], why["others"], *(each["adds"] for each in why["columns"])]
    assert math.fsum(parts) == pytest.approx(why["lead"], abs=1e-12)


@pytest.mark.parametrize(
    ("x", "flag", "label", "score"),
    [(2.0, "S0", "yes", 1.0), (2.0, "SF", "yes", 3.0), (2.0, "new", "no", -1.0), (0.0, "SF", "yes", 1.0)],
)
def test_artifact_of_version_1_gives_the_answers_that_it_gave(x: float, flag: str, label: str, score: float) -> None:
    served = onnx.read(whole(VERSION_1, GRAPH_1))
    yes = 1 / (1 + math.exp(-score))

    answered, shares = served.score([x, flag])

    assert answered == label
    assert shares == pytest.approx([1 - yes, yes], abs=1e-15)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "does not begin as a graph"),
        (b"{}", "does not begin as a graph"),
        (onnx.MAGIC, "malformed"),
        (whole({}, b""), "malformed: KeyError"),
        (whole({**VERSION_1, "format_version": 2}, GRAPH_1), "this reader knows"),
        (whole({**VERSION_1, "typical": [0.0]}, GRAPH_1), "malformed: ValueError"),
        (whole(VERSION_1, b"no graph"), "onnxruntime does not take the graph: InvalidProtobuf"),
        (whole(VERSION_1, GRAPH_1[:-40]), "onnxruntime does not take the graph"),
        (whole({**VERSION_1, "classes": ["a", "b", "c"]}, GRAPH_1), "1 labels and 2 numbers of 1 rows"),
        (whole({**VERSION_1, "categories": []}, GRAPH_1), "onnxruntime does not take the graph: InvalidArgument"),
        (whole({**VERSION_1, "numbers": [[0, [["no such step"]]]]}, GRAPH_1), "malformed: KeyError"),
        (whole(VERSION_1, GRAPH_1.replace(b"rows", b"rowz")), "InvalidArgument"),
        (whole(VERSION_1, GRAPH_1.replace(b"labels", b"labelz")), "InvalidArgument"),
    ],
)
def test_what_is_no_artifact_of_this_format_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(ModelInvalid, match=told):
        onnx.read(content)


def test_header_is_json_without_what_is_no_number() -> None:
    header, _ = parts(model("neighbours").content)

    assert json.dumps(header, allow_nan=False)
    assert header["schema"]["columns"][1]["levels"] == ["icmp", "tcp", "udp", "x25"]
