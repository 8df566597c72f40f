from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import ExecutionsUnavailable, RunUnknown
from chalicelib.explain import facts
from chalicelib.names import document_name
from chalicelib.registry import run_documents
from chalicelib.registry.run_documents import State
from chalicelib.runs import outcomes, retraining, runs
from chalicelib.runs.retraining import Wish
from tests.fakes.edges import FakeOutside
from tests.given.interference import interfered, raising
from tests.given.nights import MODEL, going, outside, register

RUN = "kdd99-http-nightly-20261121T0300Z"
NIGHT = "kdd99-http-nightly-20261125T0300Z"
STEPS = 9
"""Eight states, and the end itself."""
VERDICT = {"passed": True, "reason": "every rule passed", "rules": []}


def write(night: FakeOutside, name: str, document: dict[str, Any], *, run: str = RUN) -> None:
    night.store.put(layout.run_document(run, name), documents.encode(document))


def state(night: FakeOutside, name: str, status: str) -> None:
    write(night, document_name(name), {"state": name, "status": status, "duration_ms": 12})


def end(night: FakeOutside, run: str = RUN, *, model: str = MODEL, **changes: Any) -> None:
    first: dict[str, Any] = {"outcome": PROMOTED, "reason": "live", "error": None}
    outcomes.record(night.edges, RunOutcome(run=run, model=model, **{**first, **changes}))


def test_run_that_was_just_asked_for_is_running_before_anybody_sees_its_execution(night: FakeOutside) -> None:
    going(night, RUN)
    night.executions.forget(RUN)

    assert runs.describe(night.edges, run=RUN) == {
        "run": RUN,
        "model": MODEL,
        "force": False,
        "asked_because": "nightly",
        "approves": None,
        "decided": None,
        "started_at": "2026-11-21T03:00:00.000Z",
        "status": "running",
        "state": None,
        "step": 0,
        "steps": STEPS,
        "percent": 0,
        "outcome": None,
        "reason": None,
        "error": None,
        "finished_at": None,
        "states": [],
        "verdict": None,
        "damaged": [],
    }


def test_run_whose_execution_is_lost_is_reported_failed(night: FakeOutside) -> None:
    going(night, RUN)
    night.executions.forget(RUN)
    night.clock.sleep(runs.STARTING.total_seconds())

    run = runs.describe(night.edges, run=RUN)

    assert (run["status"], run["outcome"], run["error"]) == ("ended", "RetrainFailed", "ExecutionUnknown")
    assert (run["percent"], run["model"]) == (100, MODEL)
    assert "retrain again" in run["reason"]


def test_run_is_followed_state_by_state(night: FakeOutside) -> None:
    going(night, RUN)
    state(night, "RestoreAlias", "done")
    state(night, "Preprocess", "done")
    state(night, "Train", "running")

    run = runs.describe(night.edges, run=RUN)

    assert (run["status"], run["state"], run["step"], run["percent"]) == ("running", "Train", 2, 22)
    assert [each["state"] for each in run["states"]] == ["RestoreAlias", "Preprocess", "Train"]


@pytest.mark.parametrize("done", range(len(runs.STATES) + 1))
def test_percent_grows_with_every_state_and_is_whole_only_at_the_end(night: FakeOutside, done: int) -> None:
    going(night, RUN)
    for name in runs.STATES[:done]:
        state(night, name, "done")

    run = runs.describe(night.edges, run=RUN)

    assert (run["step"], run["percent"]) == (done, round(100 * done / STEPS))
    assert run["percent"] < 100


def test_run_that_judges_again_is_back_at_an_earlier_state(night: FakeOutside) -> None:
    going(night, RUN)
    for name in ("RestoreAlias", "Preprocess", "Train", "VersionModel", "Replay", "SwapAlias"):
        state(night, name, "done")
    state(night, "Evaluate", "running")

    run = runs.describe(night.edges, run=RUN)

    assert (run["status"], run["state"], run["step"]) == ("running", "Evaluate", 6)


def test_run_whose_share_bakes_is_in_the_state_that_shifted_it(night: FakeOutside) -> None:
    going(night, RUN)
    for name in runs.STATES[: runs.STATES.index("ShiftTraffic") + 1]:
        state(night, name, "done")

    assert runs.describe(night.edges, run=RUN)["state"] == "ShiftTraffic"


def test_run_that_ended_tells_its_outcome_and_its_verdict(night: FakeOutside) -> None:
    going(night, RUN)
    state(night, "SwapAlias", "done")
    write(night, "report", {**VERDICT, "matrix": [[1, 0], [0, 1]]})
    night.clock.sleep(7)
    end(night)

    run = runs.describe(night.edges, run=RUN)

    assert (run["status"], run["state"], run["step"], run["percent"]) == ("ended", "SwapAlias", STEPS, 100)
    assert (run["outcome"], run["reason"], run["error"]) == ("Promoted", "live", None)
    assert run["finished_at"] == "2026-11-21T03:00:07.000Z"
    assert run["verdict"] == VERDICT


def test_step_functions_is_not_asked_of_a_run_whose_outcome_is_recorded(night: FakeOutside) -> None:
    going(night, RUN)
    end(night)
    away = interfered(night.executions, "find", before=raising(ExecutionsUnavailable("throttled")))

    (listed,) = runs.recent(replace(night.edges, executions=away), limit=20)

    assert listed["outcome"] == "Promoted"


def test_recorded_outcome_stands_whatever_became_of_the_execution(night: FakeOutside) -> None:
    going(night, RUN)
    end(night)
    night.executions.finish(RUN, "FAILED", error="States.Runtime", cause="later")

    assert runs.describe(night.edges, run=RUN)["outcome"] == "Promoted"


def test_run_that_ends_while_it_is_looked_at_tells_its_outcome(night: FakeOutside) -> None:
    """Its documents were read before it recorded the outcome, and its execution after it had ended."""
    going(night, RUN)

    def ends() -> None:
        state(night, "SwapAlias", "done")
        end(night)
        night.executions.finish(RUN, "SUCCEEDED", output="{}")

    meanwhile = replace(night.edges, executions=interfered(night.executions, "find", before=ends))

    run = runs.describe(meanwhile, run=RUN)

    assert (run["outcome"], run["state"], run["percent"]) == ("Promoted", "SwapAlias", 100)


@pytest.mark.parametrize(
    ("ended", "error", "reason"),
    [
        ({"status": "ABORTED", "error": "Stopped", "cause": "by ada"}, "Stopped", "by ada"),
        ({"status": "FAILED", "error": "E", "cause": '{"errorMessage": "in words"}'}, "E", "in words"),
        ({"status": "TIMED_OUT"}, "TIMED_OUT", "the execution ended TIMED_OUT"),
        ({"status": "SUCCEEDED", "output": "{}"}, "SUCCEEDED", "the execution ended SUCCEEDED"),
    ],
)
def test_execution_that_ended_without_an_outcome_is_reported_failed(
    night: FakeOutside, ended: dict[str, Any], error: str, reason: str
) -> None:
    going(night, RUN)
    night.clock.sleep(5)
    night.executions.finish(RUN, **ended)

    run = runs.describe(night.edges, run=RUN)

    assert (run["outcome"], run["error"], run["reason"]) == ("RetrainFailed", error, reason)
    assert run["finished_at"] == "2026-11-21T03:00:05.000Z"


def test_execution_without_documents_is_a_run_too(night: FakeOutside) -> None:
    night.executions.start("by-hand", "{}")

    run = runs.describe(night.edges, run="by-hand")

    assert (run["status"], run["model"], run["started_at"]) == ("running", None, None)


def test_documents_of_a_run_with_a_longer_name_are_not_its_own(night: FakeOutside) -> None:
    going(night, f"{RUN}-2")

    with pytest.raises(RunUnknown, match="nightswap runs lists them, and so does GET /runs") as caught:
        runs.describe(night.edges, run=RUN)

    assert caught.value.details == {"run": RUN}


@pytest.mark.parametrize("run", ["", "unknown", "../datasets", "run/with/slashes"])
def test_run_that_nobody_asked_for_is_unknown(night: FakeOutside, run: str) -> None:
    going(night, RUN)

    with pytest.raises(RunUnknown):
        runs.describe(night.edges, run=run)


@pytest.mark.parametrize(
    ("state_name", "document"), [("Train", "train"), ("VersionModel", "version_model"), ("", "")]
)
def test_document_of_a_state_is_its_name_in_snake_case(state_name: str, document: str) -> None:
    assert document_name(state_name) == document


def test_report_is_the_whole_evaluation(night: FakeOutside) -> None:
    write(night, "report", {**VERDICT, "matrix": [[1, 0], [0, 1]]})

    assert runs.report(night.edges, run=RUN).document == {**VERDICT, "matrix": [[1, 0], [0, 1]]}


def test_run_that_was_not_evaluated_has_no_report(night: FakeOutside) -> None:
    going(night, RUN)

    with pytest.raises(RunUnknown, match="has no evaluation"):
        runs.report(night.edges, run=RUN)


def ask_each_minute(night: FakeOutside, *models: str) -> list[str]:
    """Runs of these models, one a minute; their names."""
    asked = []
    for model in models:
        night.clock.sleep(60)
        asked.append(retraining.nightly(night.edges, model=model, event_time=night.clock()).run)
    return asked


def test_latest_runs_come_newest_first_and_short(night: FakeOutside) -> None:
    asked = ask_each_minute(night, MODEL, MODEL, MODEL)
    end(night, asked[0])

    listed = runs.recent(night.edges, limit=2)

    assert [each["run"] for each in listed] == [asked[2], asked[1]]
    assert all("states" not in each and "verdict" not in each for each in listed)
    assert listed[0]["status"] == "running"


def test_run_whose_execution_is_lost_is_listed_too(night: FakeOutside) -> None:
    (run,) = ask_each_minute(night, MODEL)
    night.executions.forget(run)
    night.clock.sleep(3600)

    assert [each["error"] for each in runs.recent(night.edges, limit=5)] == ["ExecutionUnknown"]


def test_latest_runs_of_one_model_are_its_own() -> None:
    night = outside("kdd99", "kdd99-http", "other")
    asked = ask_each_minute(night, "kdd99", "kdd99-http", "kdd99")

    assert [each["run"] for each in runs.recent(night.edges, limit=5, model="kdd99")] == [asked[2], asked[0]]
    assert [each["run"] for each in runs.recent(night.edges, limit=5, model="kdd99-http")] == [asked[1]]
    assert runs.recent(night.edges, limit=5, model="other") == []


def test_limit_counts_the_runs_of_the_wanted_model_alone() -> None:
    night = outside("kdd99", "kdd99-http")
    asked = ask_each_minute(night, "kdd99", "kdd99-http")

    assert [each["run"] for each in runs.recent(night.edges, limit=1, model="kdd99")] == [asked[0]]


def test_running_run_is_stopped_with_its_cause(night: FakeOutside) -> None:
    going(night, RUN)

    found = runs.stop(night.edges, run=RUN, cause="by ada")

    execution = night.executions.find(RUN)
    assert found["run"] == RUN
    assert execution is not None
    assert (execution.status, execution.error, execution.cause) == ("ABORTED", "Stopped", "by ada")


def test_run_that_has_ended_is_not_stopped(night: FakeOutside) -> None:
    going(night, RUN)
    end(night)

    found = runs.stop(night.edges, run=RUN, cause="by ada")

    assert (found["status"], found["outcome"]) == ("ended", "Promoted")
    assert list(night.history.of("stop")) == []


def test_run_that_is_unknown_cannot_be_stopped() -> None:
    with pytest.raises(RunUnknown):
        runs.stop(outside().edges, run=RUN, cause="by ada")


def test_run_whose_execution_has_not_begun_cannot_be_stopped_yet(night: FakeOutside) -> None:
    going(night, RUN)
    night.executions.forget(RUN)

    with pytest.raises(RunUnknown):
        runs.stop(night.edges, run=RUN, cause="by ada")


def test_run_of_an_approval_has_the_verdict_of_the_version_that_it_takes_up(night: FakeOutside) -> None:
    report = {"passed": True, "reason": "all 9 rules hold", "rules": []}
    night.store.put(layout.run_document("maker", "report"), documents.encode(report))
    wish = Wish(model=MODEL, force=False, reason="good", approves="maker", who="ada")
    retraining.start(night.edges, run="approving", wish=wish)

    run = runs.describe(night.edges, run="approving")

    assert (run["approves"], run["asked_because"], run["verdict"]["reason"]) == ("maker", "good", "all 9 rules hold")
    assert runs.report(night.edges, run="approving").reason == "all 9 rules hold"


def test_run_that_took_a_version_up_by_its_deadline_has_the_verdict_of_that_version(night: FakeOutside) -> None:
    """Nobody asked it to: its Preprocess says so."""
    made = register(night.edges, run="maker")
    report = {"passed": True, "reason": "all 9 rules hold", "rules": []}
    night.store.put(layout.run_document("maker", "report"), documents.encode(report))
    retraining.nightly(night.edges, model=MODEL, event_time=datetime(2026, 11, 25, 3, tzinfo=UTC))
    taken = {"reason": "nobody rejected it", "model_version": made.model_version, "is_approved": True}
    run_documents.keep_state(night.edges, State(state="Preprocess", status="done", result=taken), run=NIGHT)

    run = runs.describe(night.edges, run=NIGHT)

    assert (run["approves"], run["verdict"]["reason"]) == ("maker", "all 9 rules hold")
    assert runs.report(night.edges, run=NIGHT).reason == "all 9 rules hold"
    assert facts.gather(night.edges, run=NIGHT).report is not None
