"""The line that a call leaves in the log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdas.serve import handler, labels
from lambdas.serve.handler import Service
from tests.unit.lambdas.serve.test_handler import GOOD, SERVICE


class Many:
    """A scorer of so many classes."""

    def __init__(self, count: int) -> None:
        self.classes = tuple(f"class-{number:02}" for number in range(count))


class Context:
    function_version = "7"

    def __init__(self, qualifier: str = labels.THROUGH_THE_ALIAS) -> None:
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:123456789012:function:serve{qualifier}"


def line(answer: dict[str, Any], service: Service = SERVICE) -> Any:
    (found,) = labels.lines(answer, Context(), named=service.named)
    assert found.endswith("\n") and "\n" not in found[:-1]
    return json.loads(found)


def answered(*told: str) -> dict[str, Any]:
    return {"status": 200, "body": {"predictions": [{"label": label} for label in told]}}


def of_classes(count: int) -> Service:
    return Service(scorer=Many(count), model="m", model_version=1, artifact_sha256="", format="")  # type: ignore[arg-type]


def test_labels_of_a_call_are_counted_and_nothing_of_its_features_is_told() -> None:
    answer: Any = SERVICE.answer({"instances": [GOOD, GOOD]})

    assert line(answer) == {
        "event": "answered",
        "function_version": "7",
        "labels": {"normal": 2},
        "kinds": '["normal"]',
    }


def test_kinds_are_the_same_text_for_the_same_labels_in_any_order() -> None:
    assert line(answered("normal", "attack"))["kinds"] == line(answered("attack", "normal"))["kinds"]


@pytest.mark.parametrize("event", [{"warm": True}, {"instances": []}, None, {"query": {}}])
def test_call_without_a_prediction_leaves_no_line(event: object) -> None:
    answer: Any = SERVICE.answer(event)

    assert labels.lines(answer, Context(), named=SERVICE.named) == ()


def test_ten_labels_are_told_by_name_and_of_more_the_first_nine() -> None:
    ten, more = (line(answered(*of_classes(n).scorer.classes), of_classes(n)) for n in (labels.MOST, 12))

    assert labels.OTHER not in ten["labels"] and len(ten["labels"]) == labels.MOST
    assert len(more["labels"]) == labels.MOST
    assert more["labels"][labels.OTHER] == 3


@pytest.mark.parametrize(("qualifier", "lines"), [(":live", 1), (":7", 0), ("", 0)])
def test_only_calls_through_the_alias_leave_a_line(
    qualifier: str, lines: int, served: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    served(Context(qualifier))

    assert len(capsys.readouterr().err.splitlines()) == lines


def test_context_that_says_nothing_breaks_no_call(served: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert served(object())["status"] == 200
    assert capsys.readouterr().err == ""


@pytest.fixture
def served() -> Any:
    """Calls the handler's own last step with an event of one instance."""
    return lambda context: handler.told(SERVICE, {"instances": [GOOD]}, context)
