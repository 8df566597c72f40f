"""onnxruntime by its interface for C: what it answers, what it refuses, and that nothing of it is left behind."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from lambdas.serve.native import onnxruntime
from lambdas.serve.native.onnxruntime import GraphRefused, Session
from tests.unit.lambdas.serve.graph import GRAPH_1

ASKED = {"named": "rows", "labels": "labels", "numbers": "probabilities"}
ROWS = [[1.0, 0.0], [-3.0, 0.0], [2.0, 1.0]]


def test_rows_are_answered_in_their_order() -> None:
    labels, numbers = Session(GRAPH_1).run(ROWS, **ASKED)

    assert labels == ["yes", "no", "yes"]
    assert numbers == pytest.approx([0.2689, 0.7311, 0.9526, 0.0474, 0.0180, 0.9820], abs=1e-3)


def test_no_rows_have_no_answers() -> None:
    with pytest.raises(GraphRefused, match="InvalidArgument"):
        Session(GRAPH_1).run([], **ASKED)


@pytest.mark.parametrize(
    ("graph", "code"),
    [(b"", "InvalidArgument"), (b"no graph", "InvalidProtobuf"), (GRAPH_1[:-40], "InvalidProtobuf")],
)
def test_what_is_no_graph_is_refused(graph: bytes, code: str) -> None:
    with pytest.raises(GraphRefused, match=code):
        Session(graph)


@pytest.mark.parametrize(
    ("rows", "changed", "told"),
    [
        ([[1.0]], {}, "InvalidArgument"),
        (ROWS, {"named": "others"}, "InvalidArgument"),
        (ROWS, {"labels": "others"}, "InvalidArgument"),
        (ROWS, {"labels": "probabilities"}, "its labels are no texts"),
        (ROWS, {"numbers": "labels"}, "its probabilities are no floats"),
    ],
)
def test_what_the_graph_does_not_answer_is_refused(
    rows: list[list[float]], changed: dict[str, str], told: str
) -> None:
    with pytest.raises(GraphRefused, match=told):
        Session(GRAPH_1).run(rows, **{**ASKED, **changed})


def test_what_is_no_number_is_no_row() -> None:
    with pytest.raises(TypeError):
        Session(GRAPH_1).run([["1.0", "2.0"]], **ASKED)  # type: ignore[list-item]


def test_nothing_is_left_of_a_request_or_of_a_graph() -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def work() -> None:
        session = Session(GRAPH_1)
        for _ in range(20):
            session.run(ROWS * 2_000, **ASKED)

    work()
    before = peak()
    for _ in range(10):
        work()

    assert peak() - before < 10_000  # KB; 200 answers of 6,000 rows would be 50 MB


def test_the_library_is_of_the_first_folder_that_has_it(tmp_path: Path) -> None:
    for name in ("a/onnxruntime/capi/libonnxruntime_providers.so", "b/onnxruntime/capi/libonnxruntime.so.1"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()

    found = onnxruntime._library([str(tmp_path / name) for name in ("none", "a", "b")])

    assert found == f"{tmp_path}/b/onnxruntime/capi/libonnxruntime.so.1"


def test_without_the_library_its_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModuleNotFoundError) as missing:
        onnxruntime._library([str(tmp_path), ""])

    assert missing.value.name == "onnxruntime"
