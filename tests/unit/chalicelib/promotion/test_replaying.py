from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import FunctionBusy, VersionUnknown
from chalicelib.promotion import replaying
from chalicelib.promotion.replaying import Replayed, Subject
from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.given import serving_code
from tests.given.interference import raising, with_functions
from tests.given.lambda_reports import OUT_OF_TIME, failing
from tests.given.nights import MODEL, Registered, outside, register

ROWS = serving_code.ROWS


def subject(night: FakeOutside, registered: Registered) -> Subject:
    return replaying.subject(
        night.edges,
        model=MODEL,
        model_version=registered.model_version,
        function_version=registered.function_version,
    )


def replayed(night: FakeOutside, *registered: Registered) -> list[Replayed]:
    return replaying.replay(night.edges, model=MODEL, subjects=[subject(night, each) for each in registered])


def problems_of(behaviour: str) -> list[str]:
    night = outside()
    (found,) = replayed(night, register(night.edges, run="run-1", behaviour=behaviour))
    return found.problems


def answering(said: Callable[[dict[str, Any]], Any]) -> list[str]:
    """The problems of a version that says this of every event with rows, and is who it should be."""

    def code(package: bytes, payload: bytes) -> bytes:
        sound = serving_code.ServingCode()(package, payload)
        event = json.loads(payload)
        return json.dumps({"status": 200, "body": said(event)}).encode() if "instances" in event else sound

    night = FakeOutside(MODEL, handler=code)
    (found,) = replayed(night, register(night.edges, run="run-1"))
    return found.problems


def test_sound_version_answers_every_row_as_it_was_judged(night: FakeOutside) -> None:
    (found,) = replayed(night, register(night.edges, run="run-1"))

    assert (found.problems, found.rows) == ([], ROWS)
    assert found.asked().document == {
        "model_version": 1,
        "function_version": "1",
        "rows": ROWS,
        "first_ms": 0.0,
        "median_ms": 0.0,
        "problems": [],
    }


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (serving_code.RAISES, "it did not answer: it failed with MemoryError"),
        (serving_code.REFUSES, "it did not answer: duration is no feature"),
        (serving_code.BABBLES, "it did not answer: its reply is not the answer of a serving function"),
        (serving_code.WRONG, "row 0 of the replay is attack with 0.0, judged was normal with 1.0"),
        (serving_code.SHORT, "rows 0 to 24 of the replay did not get an answer each"),
        (serving_code.IMPOSTOR, "it says that it is model version 101"),
    ],
)
def test_misbehaviour_is_told(behaviour: str, words: str) -> None:
    assert problems_of(behaviour)[0] == words


def test_version_that_runs_out_of_time_is_told_with_the_way_out() -> None:
    night = FakeOutside(MODEL, handler=failing(OUT_OF_TIME))

    (problem,) = replayed(night, register(night.edges, run="run-1"))[0].problems

    words = (
        "it did not answer: it ran out of time after 10 s: give the recipe more by serving=Serving(timeout_seconds="
    )
    assert problem.startswith(words)


def test_other_artifact_than_the_registrys_is_told() -> None:
    (problem,) = problems_of(serving_code.SWAPPED)

    assert problem.startswith(f"its artifact has SHA-256 {'0' * 64}, the registry's ")


def test_version_that_does_not_say_which_artifact_it_holds_is_not_trusted() -> None:
    def code(package: bytes, payload: bytes) -> bytes:
        said = json.loads(serving_code.ServingCode()(package, payload))
        said["body"].pop("artifact_sha256", None)
        return json.dumps(said).encode()

    night = FakeOutside(MODEL, handler=code)

    (problem,) = replayed(night, register(night.edges, run="run-1"))[0].problems
    assert problem.startswith("its artifact has SHA-256 None, the registry's ")


def test_version_of_another_format_is_not_trusted(night: FakeOutside) -> None:
    (problem,) = replayed(night, register(night.edges, run="run-1", behaviour=serving_code.PICKLED))[0].problems

    assert problem == "its artifact is of format pickle, the registry's is a scorecard"


@pytest.mark.parametrize(
    "prediction",
    [
        None,
        "normal",
        7,
        [],
        {},
        {"label": "normal"},
        {"label": "normal", "probabilities": None},
        {"label": "normal", "probabilities": [0.5]},
        {"label": "normal", "probabilities": {"normal": None, "attack": None}},
        {"label": "normal", "probabilities": {"normal": "1.0", "attack": "0.0"}},
        {"label": "normal", "probabilities": {"normal": 1.0}},
        {"label": "normal", "probabilities": {"normal": float("nan"), "attack": float("nan")}},
    ],
    ids=repr,
)
def test_whatever_is_no_prediction_is_a_problem_and_no_fault_of_the_task(prediction: object) -> None:
    problems = answering(lambda event: {"predictions": [prediction for _ in event["instances"]]})

    assert len(problems) == ROWS


@pytest.mark.parametrize("predictions", [None, 7, "text", {}, []])
def test_whatever_is_no_list_of_predictions_is_a_problem(predictions: object) -> None:
    assert "did not get an answer each" in answering(lambda event: {"predictions": predictions})[0]


def test_answer_without_predictions_is_a_problem() -> None:
    assert "did not get an answer each" in answering(lambda event: {"warm": True})[0]


@pytest.mark.parametrize(("off", "problems"), [("1e-10", 0), ("1e-9", 0), ("1.1e-9", ROWS), ("1e-8", ROWS)])
def test_rounding_is_no_problem_and_another_probability_is(off: str, problems: int) -> None:
    """By the decimals that were said: as floats 0.300000001 and 0.3 are more than a billionth apart."""

    def said(event: dict[str, Any]) -> dict[str, Any]:
        found = [serving_code.expected(row) for row in event["instances"]]
        for each in found:
            shares = each["probabilities"]
            shares["normal"] = float(Decimal(repr(shares["normal"])) + Decimal(off))
        return {"predictions": found}

    assert len(answering(said)) == problems


def test_row_is_named_by_its_place_in_the_whole_sample() -> None:
    def said(event: dict[str, Any]) -> dict[str, Any]:
        found = [serving_code.expected(row) for row in event["instances"]]
        for row, each in zip(event["instances"], found, strict=True):
            each["label"] = "strange" if row["duration"] == ROWS - 1 else each["label"]
        return {"predictions": found}

    (problem,) = answering(said)

    assert problem.startswith(f"row {ROWS - 1} of the replay is strange")


def test_version_without_a_sample_is_only_asked_who_it_is(night: FakeOutside) -> None:
    registered = register(night.edges, run="run-1", behaviour=serving_code.WRONG)
    night.store.delete(layout.version(MODEL, 1, registry.REPLAY))

    (found,) = replayed(night, registered)

    assert (found.problems, found.rows, found.median_ms) == ([], 0, None)


def test_versions_are_asked_in_turns_and_each_by_its_number() -> None:
    asked: list[str] = []

    def code(package: bytes, payload: bytes) -> bytes:
        asked.append(json.loads(package)["run"])
        return serving_code.ServingCode()(package, payload)

    night = FakeOutside(MODEL, handler=code)
    one, two = (register(night.edges, run=run) for run in ("run-1", "run-2"))

    assert [each.problems for each in replayed(night, one, two)] == [[], []]
    assert asked == ["run-1", "run-2"] * 4


def test_samples_of_different_lengths_are_both_replayed_to_their_ends(night: FakeOutside) -> None:
    one, two = (register(night.edges, run=run) for run in ("run-1", "run-2"))
    short = {name: rows[:10] for name, rows in serving_code.SAMPLE.items()}
    night.store.put(layout.version(MODEL, 1, registry.REPLAY), documents.encode(short))

    assert [(each.rows, each.problems) for each in replayed(night, one, two)] == [(10, []), (ROWS, [])]


def test_first_call_is_not_measured_against_anything() -> None:
    seconds = [0.01, 0.01, 0.01, 5.0]
    night = FakeOutside(MODEL, handler=lambda package, payload: slowly(package, payload))

    def slowly(package: bytes, payload: bytes) -> bytes:
        night.clock.sleep(seconds.pop())
        return serving_code.ServingCode()(package, payload)

    (found,) = replayed(night, register(night.edges, run="run-1"))

    assert found.first_ms == 5000.0
    assert found.median_ms == pytest.approx(10.0)


def test_busy_function_is_an_error_to_retry_and_no_problem_of_the_version(night: FakeOutside) -> None:
    registered = register(night.edges, run="run-1")
    busy = with_functions(night.edges, "invoke", nth=2, before=raising(FunctionBusy("throttled")))

    with pytest.raises(FunctionBusy):
        replaying.replay(busy, model=MODEL, subjects=[subject(night, registered)])


def test_subject_is_a_complete_version() -> None:
    with pytest.raises(VersionUnknown):
        replaying.subject(outside().edges, model=MODEL, model_version=1, function_version="1")


@pytest.mark.parametrize("behaviour", [serving_code.RAISES, serving_code.REFUSES, serving_code.BABBLES])
def test_version_that_does_not_answer_is_asked_once_and_the_others_to_their_end(
    night: FakeOutside, behaviour: str
) -> None:
    silent = register(night.edges, run="run-1", behaviour=behaviour)
    sound = register(night.edges, run="run-2")

    found, beside = replayed(night, silent, sound)

    assert (len(found.problems), found.rows, found.calls_ms) == (1, 0, [])
    assert (beside.problems, beside.rows) == ([], ROWS)


def test_version_that_falls_silent_in_the_middle_is_not_asked_again() -> None:
    calls: list[bytes] = []

    def code(package: bytes, payload: bytes) -> bytes:
        calls.append(payload)
        if len(calls) > 2:
            raise MemoryError("no more")
        return serving_code.ServingCode()(package, payload)

    night = FakeOutside(MODEL, handler=code)

    (found,) = replayed(night, register(night.edges, run="run-1"))

    assert (len(calls), found.problems) == (3, ["it did not answer: it failed with MemoryError"])
