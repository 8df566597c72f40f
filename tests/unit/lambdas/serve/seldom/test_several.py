"""Several instances of one request: scored in their order, and refused in good time where they take too long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lambdas.serve.handler import Service
from lambdas.serve.schema import NumberColumn, Row, Schema
from lambdas.serve.seldom.several import AT_A_TIME

LIMIT_MS = 10_000


class Clock:
    """The time that is left of LIMIT_MS."""

    def __init__(self) -> None:
        self.ms = 0.0

    def left(self) -> float:
        return LIMIT_MS - self.ms


class Slow:
    """A `Scorer` that takes so many milliseconds for each row, and for the first one more."""

    classes = ("no", "yes")
    schema = Schema((NumberColumn("x", minimum=0),))

    def __init__(self, clock: Clock, *, each_ms: float, first_ms: float = 0) -> None:
        self.clock, self.each_ms, self.first_ms = clock, each_ms, first_ms
        self.scored = 0

    def score(self, row: Row) -> tuple[str, Sequence[float]]:
        self.clock.ms += self.each_ms + (0 if self.scored else self.first_ms)
        self.scored += 1
        x = float(row[0])
        return "yes", [1 - x / 1e6, x / 1e6]

    def score_all(self, rows: Sequence[Row]) -> Any:
        return map(self.score, rows)

    def undefined(self, row: Row, /) -> None:
        return None

    def added(self, row: Row) -> dict[str, Sequence[float]]:
        return {"no": [0.0, 0.0], "yes": [0.0, float(row[0])]}


def asked(rows: int, scorer: Slow, **more: Any) -> tuple[int, Any]:
    service = Service(scorer=scorer, model="m", model_version=1, artifact_sha256="0" * 64, format="scorecard")
    answer = service.answer({"instances": [{"x": x} for x in range(rows)], **more}, left_ms=scorer.clock.left)
    status: Any = answer["status"]
    return status, answer["body"]


def test_instances_that_fit_the_time_are_answered_in_their_order() -> None:
    scorer = Slow(Clock(), each_ms=9)

    status, body = asked(1000, scorer)

    assert status == 200
    assert [each["probability"] for each in body["predictions"]] == [x / 1e6 for x in range(1000)]


@pytest.mark.parametrize(
    ("rows", "each_ms", "fit", "seconds"),
    [(1000, 10, 800, 10), (1000, 80, 100, 80), (20, 600, 13, 12), (3, 5000, 1, 15), (2, 9600, 1, 19)],
)
def test_instances_that_do_not_are_refused_with_how_many_would(
    rows: int, each_ms: float, fit: int, seconds: int
) -> None:
    scorer = Slow(Clock(), each_ms=each_ms)

    status, body = asked(rows, scorer)

    assert (status, body["Code"], body["Field"]) == (413, "TooManyInstances", "instances")
    assert body["Accepted"] == f"a list of 1 to {fit} objects"
    assert (
        f"these {rows} instances would take about {seconds} s, and the model's function has 10 s" in body["Message"]
    )
    assert "nightswap batch FILE" in body["Message"] and "Serving(timeout_seconds=" in body["Message"]
    assert scorer.clock.ms <= LIMIT_MS, "Lambda would have ended the function"
    assert scorer.scored < rows


def test_so_many_as_are_told_to_fit_do() -> None:
    _, body = asked(1000, Slow(Clock(), each_ms=80))
    fit = int(body["Accepted"].split()[-2])

    assert asked(fit, Slow(Clock(), each_ms=80))[0] == 200


def test_slow_first_row_alone_refuses_nothing() -> None:
    """Its first run is dearer, of a graph above all."""
    assert asked(1000, Slow(Clock(), each_ms=1, first_ms=900))[0] == 200


def test_one_instance_is_not_held_to_the_clock() -> None:
    assert asked(1, Slow(Clock(), each_ms=20_000))[0] == 200


def test_bad_instance_is_named_by_its_place_in_the_request() -> None:
    scorer = Slow(Clock(), each_ms=1)
    service = Service(scorer=scorer, model="m", model_version=1, artifact_sha256="0" * 64, format="scorecard")
    instances = [{"x": 1}] * (AT_A_TIME + 3)

    bad: Any = service.answer({"instances": [*instances, {"x": -1}, {"x": 1}]})
    unexplained: Any = service.answer({"instances": [*instances, {"x": 1e308}], "why": 1})

    assert (bad["body"]["Instance"], bad["body"]["Code"]) == (AT_A_TIME + 3, "FeatureOutOfRange")
    assert (unexplained["body"]["Instance"], unexplained["status"]) == (AT_A_TIME + 3, 400)
