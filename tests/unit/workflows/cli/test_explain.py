from __future__ import annotations

from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED, SUPERSEDED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import RunUnknown
from chalicelib.runs import outcomes
from tests.fakes.stage import FakeStage
from tests.given.moves import ask, canary
from tests.given.nights import MODEL, Registered, going, outside, promote

RUN = "kdd99-http-nightly-20261121T0300Z"
DIFFERENCE = {
    "row": 17,
    "rows_alike": 3,
    "features": {"duration": 0.0, "src_bytes": 54540.0, "dst_bytes": 0.5, "flag": "[SF]"},
    "true": "attack",
    "challenger": {"label": "attack", "probability": 0.98765},
    "champion": {"label": "normal", "probability": 0.01},
}
REPORT: dict[str, Any] = {
    "rules": [],
    "judging": 1,
    "champion_model_version": None,
    "champion": None,
    "paired": None,
    "passed": True,
    "reason": "all 3 rules hold",
    "differences": [DIFFERENCE],
}


def with_run(*, outcome: str | None = PROMOTED, promoted_after: tuple[str, ...] | None = None) -> FakeStage:
    """With `promoted_after`, its version went live after those of these runs."""
    stage = FakeStage(outside())
    going(stage.outside, RUN)
    for run in promoted_after or ():
        promote(stage.edges, run=run, fingerprint=f"data of {run}")
    if promoted_after is not None:
        versioned(stage, promote(stage.edges, run=RUN, fingerprint="newer data"))
    if outcome:
        ended = RunOutcome(run=RUN, model=MODEL, outcome=outcome, reason="[so] it is", error=None)
        outcomes.record(stage.edges, ended)
    return stage


def versioned(stage: FakeStage, made: Registered) -> None:
    """The run made this version."""
    result = {"model_version": made.model_version, "function_version": made.function_version}
    write(stage, "version_model", {"state": "VersionModel", "status": "done", "result": result})


def write(stage: FakeStage, name: str, document: dict[str, Any]) -> None:
    stage.outside.store.put(layout.run_document(RUN, name), documents.encode(document))


def test_run_is_explained_line_by_line() -> None:
    lines = with_run().run("explain", RUN).output.splitlines()

    assert lines[0] == f"Run {RUN} promoted its model: it went live."
    assert lines[1] == "Why: [so] it is"
    assert lines[2].endswith(": nightly")


@pytest.mark.parametrize(("length", "shown"), [(100, "f=" + "x" * 98), (101, "f=" + "x" * 98 + "...")])
def test_features_of_a_row_are_shown_in_100_characters(length: int, shown: str) -> None:
    stage = with_run()
    features = {"f": "x" * (length - 2)}
    write(stage, "report", {**REPORT, "differences": [{**DIFFERENCE, "features": features}]})

    last = stage.run("explain", RUN, width=300).output.splitlines()[-1]

    assert last.split()[-1] == shown


def test_a_missing_feature_of_a_row_is_called_missing() -> None:
    stage = with_run()
    features = {"income": None, "age": 40.0}
    write(stage, "report", {**REPORT, "differences": [{**DIFFERENCE, "features": features}]})

    assert stage.run("explain", RUN, width=300).output.rstrip().endswith("age=40, income=missing")


def test_version_of_a_promoted_run_that_is_live_can_be_taken_back() -> None:
    stage = with_run(promoted_after=("run-1",))

    lines = stage.run("explain", RUN).output.splitlines()

    assert lines[-1] == "To take it back: nightswap rollback --to 1 --model kdd99-http --reason TEXT"


def test_first_version_cannot_be_taken_back() -> None:
    lines = with_run(promoted_after=()).run("explain", RUN).output.splitlines()

    assert lines[-1] == "Version 1 is live, and there is no earlier version to take it back to."


def test_version_that_was_rolled_back_since_is_not_taken_back_again() -> None:
    stage = with_run(promoted_after=("run-1",))
    ask(stage.edges, "rollback")

    lines = stage.run("explain", RUN).output.splitlines()

    assert lines[-1] == (
        "Version 2 is not live any more (version 1 is), and it is quarantined: rolled back: customers complain."
    )


def test_canary_that_bakes_is_told_with_its_share() -> None:
    stage = with_run(outcome=None)
    promote(stage.edges, run="run-1")
    versioned(stage, canary(stage.edges, run=RUN))

    lines = stage.run("explain", RUN).output.splitlines()

    assert lines[-1] == "Now version 2 has 10 % of the traffic, version 1 has the rest."


def test_look_at_a_canary_that_was_pinned_away_names_who_did_it() -> None:
    stage = with_run(outcome=SUPERSEDED)
    promote(stage.edges, run="run-1")
    versioned(stage, canary(stage.edges, run=RUN))
    ask(stage.edges, "pin")
    late = documents.timestamp(stage.edges.clock())
    write(stage, "health_1", {"problems": [], "remarks": ["0 invocations"], "at": late})

    output = stage.run("explain", RUN).output

    assert f"After step 1 (10 %) of the canary, at {late}, it had lost its share meanwhile (pinned by ada)" in output


def test_latest_run_is_explained_without_a_name() -> None:
    stage = with_run(outcome=None)

    assert f"Run {RUN} is still going" in stage.run("explain").output


def test_rows_that_differ_are_shown_as_a_person_writes_them() -> None:
    stage = with_run()
    write(stage, "report", REPORT)

    output = stage.run("explain", RUN).output

    assert "rows of the holdout on which they differ most" in output
    row = next(line for line in output.splitlines() if line.lstrip().startswith("17"))
    assert row.split() == [
        *("17", "3", "attack", "attack", "(0.9877)", "normal", "(0.0100)"),
        *("dst_bytes=0.5,", "duration=0,", "flag=[SF],", "src_bytes=54540"),
    ]


def test_long_rows_are_cut() -> None:
    stage = with_run()
    wide = {f"pixel_{place}": 0.0 for place in range(784)}
    write(stage, "report", {**REPORT, "differences": [{**DIFFERENCE, "features": wide}]})

    row = next(line for line in stage.run("explain", RUN).output.splitlines() if line.lstrip().startswith("17"))

    assert row.rstrip().endswith("...")


def test_every_look_at_the_canary_is_found() -> None:
    stage = with_run()
    for number in (1, 2):
        write(stage, f"health_{number}", {"problems": [], "remarks": [f"look {number}"], "at": "now"})

    output = stage.run("explain", RUN).output

    assert "  look 1\n" in output
    assert "  look 2\n" in output


def test_explanation_and_its_documents_are_told_to_programs() -> None:
    stage = with_run()
    write(stage, "report", REPORT)

    found = cast(Any, stage.json("explain", RUN, "--json"))

    assert found["explanation"][1] == "Why: [so] it is"
    assert found["run"]["run"] == RUN
    assert found["report"]["differences"] == [DIFFERENCE]
    assert (found["replayed"], found["healths"]) == (None, [])


def test_latest_run_of_a_model_that_never_ran_is_refused_with_the_way_out() -> None:
    exception = FakeStage().run("explain").exception

    assert isinstance(exception, RunUnknown)
    assert exception.message == "there is no run of kdd99-http yet: nightswap retrain --model kdd99-http"
