from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from chalicelib import layout, names
from chalicelib.approval import waiting
from chalicelib.contracts.decisions import OUTCOMES, PROMOTED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import BadRequest, ModelUnknown
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.approvals import a_waiting
from tests.given.nights import MODEL, going
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
RULE = {
    "name": "recall of attack",
    "value": 0.5,
    "direction": ">=",
    "bound": 0.98,
    "passed": False,
    "reason": "0.5 < 0.98",
}
TRAIN = {"state": "Train", "started_at": "2026-11-21T03:00:01.000Z"}
REPORT = {
    "rows": 113500,
    "classes": ["attack", "normal"],
    "matrix": [[437, 5], [0, 113058]],
    "passed": False,
    "reason": "recall",
    "rules": [RULE],
}


def end(stage: FakeStage, run: str = RUN, **changes: Any) -> None:
    first: dict[str, Any] = {"outcome": PROMOTED, "reason": "live", "error": None}
    outcomes.record(stage.edges, RunOutcome(run=run, model=MODEL, **{**first, **changes}))


def write(stage: FakeStage, name: str, document: dict[str, Any], *, run: str = RUN) -> None:
    stage.outside.store.put(layout.run_document(run, name), documents.encode(document))


def ending_at_once(outcome: str) -> FakeStage:
    """A stage whose runs end in the moment they start, evaluated and with one state."""
    stage = FakeStage()

    def started(run: str, payload: str) -> None:
        write(
            stage,
            "report",
            {**REPORT, "fingerprint": "data-1", "champion_model_version": None, "judging": 1},
            run=run,
        )
        write(stage, "train", {**TRAIN, "status": "done", "duration_ms": 7}, run=run)
        waiting.propose(stage.edges, a_waiting(run))
        end(stage, run, outcome=outcome, reason="so it is")

    stage.outside.executions.started = started
    return stage


def test_retrain_says_which_run_it_started(stage: FakeStage) -> None:
    result = stage.run("retrain", "--key", "deploy-17")

    (effect,) = stage.outside.history.of("start")
    assert result.output == f"started run {effect.subject}\n"


def test_retrain_without_a_key_has_a_name_of_its_own(stage: FakeStage) -> None:
    one, two = (stage.json("retrain", "--force", "--json") for _ in range(2))

    assert isinstance(one, dict) and isinstance(two, dict)
    assert one["run"] != two["run"]
    assert all(names.RUN_NAME.fullmatch(each["run"]) for each in (one, two))


def test_retrain_says_which_run_it_found(stage: FakeStage) -> None:
    going(stage.outside, RUN)

    assert stage.run("retrain").output == f"found run {RUN}\n"


def test_retrain_is_told_to_programs(stage: FakeStage) -> None:
    going(stage.outside, RUN)

    assert stage.json("retrain", "--json") == {"run": RUN, "new": False, "model": MODEL}


def test_reason_and_force_are_kept_with_the_request(stage: FakeStage) -> None:
    found = stage.json("retrain", "--force", "--reason", "new features", "--json")

    assert isinstance(found, dict)
    request = documents.find(stage.outside.store, layout.run_document(found["run"], "request"))
    assert (request["force"], request["reason"]) == (True, "new features")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(("--model", "other"), ModelUnknown), (("--key", ""), BadRequest), (("--key", "k" * 257), BadRequest)],
)
def test_retrain_that_cannot_be_is_refused(
    stage: FakeStage, arguments: tuple[str, ...], error: type[Exception]
) -> None:
    assert isinstance(stage.run("retrain", *arguments).exception, error)
    assert list(stage.outside.history.of("start")) == []


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_watched_retrain_ends_with_zero_only_when_all_is_well(outcome: str) -> None:
    result = ending_at_once(outcome).run("retrain", "--watch")

    assert result.exit_code == (0 if outcome in {"Promoted", "NothingNew", "Waiting"} else 1)
    assert f"{outcome}: so it is" in result.output


def test_watched_retrain_is_told_to_programs_as_json_alone() -> None:
    result = ending_at_once("Promoted").run("retrain", "--watch", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["outcome"] == "Promoted"


def test_watched_retrain_tells_how_long_a_state_took_the_last_time() -> None:
    stage = FakeStage()
    going(stage.outside, RUN)
    write(stage, "train", {**TRAIN, "status": "done", "duration_ms": 34_000})
    end(stage)
    stage.outside.executions.forget(RUN)

    def started(run: str, payload: str) -> None:
        write(stage, "train", {**TRAIN, "status": "running"}, run=run)
        end(stage, run)

    stage.outside.executions.started = started

    assert "▸ Train         last time 34 s" in stage.run("retrain", "--watch").output


def test_runs_are_listed(stage: FakeStage) -> None:
    going(stage.outside, RUN)

    assert RUN in stage.run("runs").output


def test_ended_run_is_listed_with_the_fullest_of_its_tasks_and_its_reason_below(stage: FakeStage) -> None:
    going(stage.outside, RUN)
    train = {**TRAIN, "duration_ms": 1234, "peak_memory_bytes": 209_000_000, "memory_mb": 1769}
    write(stage, "train", {**train, "status": "done"})
    end(stage, outcome="Superseded", reason="late " * 30)

    title, header, row, *reason = stage.run("runs", width=80).output.splitlines()

    assert title == "latest runs"
    assert header.split() == ["run", "outcome", "or", "state", "memory"]
    assert row.split() == [RUN, "Superseded", "100", "%", "Train", "11%"]
    assert " ".join(" ".join(reason).split()) == ("late " * 30).strip()
    assert all(len(line) <= 80 for line in (header, row, *reason))


def test_runs_are_listed_for_programs(stage: FakeStage) -> None:
    going(stage.outside, RUN)

    found = stage.json("runs", "--json")

    assert isinstance(found, list)
    assert [(each["run"], each["status"]) for each in found] == [(RUN, "running")]


def test_runs_of_another_model_are_not_listed_when_one_is_named() -> None:
    stage = FakeStage(FakeOutside(MODEL, "other"))
    going(stage.outside, RUN)

    assert stage.json("runs", "--model", "other", "--json") == []


def test_one_run_is_shown_whole(stage: FakeStage) -> None:
    going(stage.outside, RUN)
    train = {**TRAIN, "duration_ms": 1234, "peak_memory_bytes": 209_000_000, "memory_mb": 1769}
    write(stage, "train", {**train, "status": "done"})
    write(stage, "report", REPORT)
    end(stage, outcome="Superseded", reason="late")

    shown = stage.run("runs", RUN).output

    for piece in ("Train", "1,234 ms", "199 of 1,769 MB", "113,058", "recall of attack", "FAIL", "Superseded: late"):
        assert piece in shown


def test_run_that_is_going_is_shown_as_far_as_it_came(stage: FakeStage) -> None:
    going(stage.outside, RUN)
    write(stage, "train", {**TRAIN, "status": "running"})

    result = stage.run("runs", RUN)

    assert result.exit_code == 0
    assert "Train" in result.output


def test_one_run_is_shown_to_programs(stage: FakeStage) -> None:
    going(stage.outside, RUN)

    found = stage.json("runs", RUN, "--json")

    assert isinstance(found, dict)
    assert found["run"] == RUN


def test_run_is_stopped(stage: FakeStage) -> None:
    going(stage.outside, RUN)

    result = stage.run("stop", RUN)

    execution = stage.outside.executions.find(RUN)
    assert result.output == f"stopped {RUN}\n"
    assert execution is not None and execution.status == "ABORTED"


def test_run_that_has_ended_is_not_stopped(stage: FakeStage) -> None:
    going(stage.outside, RUN)
    end(stage)

    assert stage.run("stop", RUN).output == f"{RUN} had ended: Promoted\n"


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        ((), ["kdd99-http-3", "loans-2", "kdd99-http-1"]),
        (("--limit", "2"), ["kdd99-http-3", "loans-2"]),
        (("--model", MODEL), ["kdd99-http-3", "kdd99-http-1"]),
        (("--model", MODEL, "--limit", "1"), ["kdd99-http-3"]),
    ],
)
def test_runs_are_listed_of_one_model_and_so_many_as_are_asked_for(
    arguments: tuple[str, ...], listed: list[str]
) -> None:
    night = FakeOutside(MODEL, "loans")
    for model, run in ((MODEL, "kdd99-http-1"), ("loans", "loans-2"), (MODEL, "kdd99-http-3")):
        going(night, run, model=model)
        night.clock.sleep(60)

    found: Any = FakeStage(night).json("runs", *arguments, "--json")

    assert [each["run"] for each in found] == listed


def drawn(stage: FakeStage, file: Path, *arguments: str) -> Any:
    return stage.run("runs", *arguments, "--picture", str(file))


def test_picture_has_each_cell_of_the_matrix_by_its_share(stage: FakeStage, tmp_path: Path) -> None:
    write(stage, "report", {**REPORT, "classes": ["attack", "<b>"], "matrix": [[437, 5], [0, 113_058]]})
    end(stage)

    result = drawn(stage, tmp_path / "matrix.svg", RUN)

    assert result.exit_code == 0, result.output
    marks = ElementTree.parse(tmp_path / "matrix.svg").getroot()
    space = {"s": "http://www.w3.org/2000/svg"}
    cells = marks.findall("s:g", space)
    said = {present(cell.find("s:title", space)).text for cell in cells}
    assert said == {
        "true attack, predicted attack: 437 of 442",
        "true attack, predicted <b>: 5 of 442",
        "true <b>, predicted attack: 0 of 113,058",
        "true <b>, predicted <b>: 113,058 of 113,058",
    }
    colours = [present(cell.find("s:rect", space)).get("fill") for cell in cells]
    assert colours == ["#0b539d", "#a63603", "#ffffff", "#08519c"]
    assert [present(cell.find("s:text", space)).text for cell in cells] == ["437", "5", "0", "113k"]


@pytest.mark.parametrize(
    ("arguments", "report", "said"),
    [
        ((), REPORT, "--picture is of one run"),
        ((RUN,), {**REPORT, "classes": None, "matrix": None}, "has no confusion matrix"),
        ((RUN,), REPORT, "cannot be written (No such file or directory): name another file"),
    ],
)
def test_picture_that_cannot_be_drawn_is_refused(
    stage: FakeStage, tmp_path: Path, arguments: tuple[str, ...], report: dict[str, Any], said: str
) -> None:
    write(stage, "report", {name: value for name, value in report.items() if value is not None})
    end(stage)

    result = drawn(stage, tmp_path / "folder/matrix.svg", *arguments)

    assert said in str(result.exception)
