from __future__ import annotations

from typing import Any, cast

from chalicelib import documents, layout, outcomes
from chalicelib.contracts import PROMOTED, RunOutcome
from chalicelib.errors import RunUnknown
from tests.unit.chalicelib.nights import MODEL, going
from tests.unit.workflows.cli.fake_stage import FakeStage

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


def with_run(*, outcome: str | None = PROMOTED) -> FakeStage:
    stage = FakeStage()
    going(stage.outside, RUN)
    if outcome:
        ended = RunOutcome(run=RUN, model=MODEL, outcome=outcome, reason="[so] it is", error=None)
        outcomes.record(stage.edges, ended)
    return stage


def write(stage: FakeStage, name: str, document: dict[str, Any]) -> None:
    stage.outside.store.put(layout.run_document(RUN, name), documents.encode(document))


def test_run_is_explained_line_by_line() -> None:
    lines = with_run().run("explain", RUN).output.splitlines()

    assert lines[0] == f"Run {RUN} promoted its model: it went live."
    assert lines[1] == "Why: [so] it is"
    assert lines[-1].startswith("To take it back: nightswap rollback")


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


def test_unknown_run_is_refused() -> None:
    assert isinstance(with_run().run("explain", "no-such").exception, RunUnknown)


def test_latest_run_of_a_model_that_never_ran_is_refused_with_the_way_out() -> None:
    exception = FakeStage().run("explain").exception

    assert isinstance(exception, RunUnknown)
    assert exception.message == "there is no run of kdd99-http yet: nightswap retrain --model kdd99-http"
