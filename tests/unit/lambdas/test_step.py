from __future__ import annotations

import gc
import importlib
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import layout, names
from chalicelib.contracts.rollout import AliasSwapped
from chalicelib.contracts.runs import RecordOutcomeTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import (
    ContractBroken,
    DatasetTooLarge,
    SettingsInvalid,
    SingleClass,
    StoreUnavailable,
    Unexpected,
)
from chalicelib.names import document_name, state_name
from chalicelib.settings.tasks import TaskSettings
from lambdas import step
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store

TASK = RecordOutcomeTask(run="run-1", model="m", outcome="Promoted", reason="")
SETTINGS = TaskSettings(stage="test", code_sha256="code", serving_sha256="serving")
RESULT = AliasSwapped(decision="Promoted", reason="better")


@dataclass
class LambdaContext:
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-test-train"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class ContextWithoutTime(LambdaContext):
    """Breaks as soon as a task asks it anything."""

    def get_remaining_time_in_millis(self) -> int:
        raise ZeroDivisionError


def carry_out(night: FakeOutside, run: Any, *, state: str = "swap_alias") -> dict[str, Any]:
    return step.documented(TASK, state=state, edges=night.edges, settings=SETTINGS, run=run)


def document(night: FakeOutside, state: str = "swap_alias") -> dict[str, Any]:
    found: dict[str, Any] = documents.find(night.store, layout.run_document("run-1", state))
    return found


def test_task_that_is_going_says_so() -> None:
    night = FakeOutside()
    seen: list[dict[str, Any]] = []

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        seen.append(document(night))
        return RESULT

    carry_out(night, run)

    began_at = "2026-11-21T03:00:00.000Z"
    assert seen == [{"state": "SwapAlias", "status": "running", "started_at": began_at, "memory_mb": 10_240}]


def test_task_for_which_python_has_no_more_memory_ends_in_words_that_name_the_setting() -> None:
    night = FakeOutside()

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        raise MemoryError("Unable to allocate 9 GiB")

    with pytest.raises(
        DatasetTooLarge, match=r"Train ran out of memory; it had 10,240 MB.*NIGHTSWAP_TRAIN_MEMORY_MB"
    ):
        carry_out(night, run, state="train")

    assert (document(night, "train")["error"], document(night, "train")["memory_mb"]) == ("DatasetTooLarge", 10_240)


def test_task_that_is_done_says_what_came_of_it_and_what_it_took() -> None:
    night = FakeOutside()

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        night.clock.sleep(7)
        return RESULT

    result = carry_out(night, run)

    done = document(night)
    assert result == done["result"] == {"decision": "Promoted", "reason": "better"}
    assert (done["status"], done["started_at"], done["finished_at"]) == (
        "done",
        "2026-11-21T03:00:00.000Z",
        "2026-11-21T03:00:07.000Z",
    )
    assert done["duration_ms"] >= 0
    assert done["peak_memory_bytes"] is None or done["peak_memory_bytes"] > 1_000_000


def test_task_that_fails_says_why_and_raises() -> None:
    night = FakeOutside()

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        raise SingleClass("one class only")

    with pytest.raises(SingleClass):
        carry_out(night, run)

    failed = document(night)
    assert (failed["status"], failed["error"], failed["reason"]) == ("failed", "SingleClass", "one class only")
    assert "result" not in failed and "duration_ms" in failed


def test_task_that_breaks_says_so_in_our_words_and_raises_them() -> None:
    night = FakeOutside()

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        raise ZeroDivisionError("division by zero")

    with pytest.raises(Unexpected):
        carry_out(night, run)

    failed = document(night)
    assert (failed["status"], failed["error"], failed["reason"]) == (
        "failed",
        "Unexpected",
        "SwapAlias failed with ZeroDivisionError: its log says more, and nightswap doctor looks at the deployment",
    )


@pytest.mark.parametrize(("outcome", "status"), [(RESULT, "done"), (SingleClass("one class only"), "failed")])
def test_end_is_logged_with_what_the_task_took(
    outcome: AliasSwapped | SingleClass, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        if isinstance(outcome, SingleClass):
            raise outcome
        return outcome

    with suppress(SingleClass):
        carry_out(FakeOutside(), run)

    (line,) = (json.loads(record.getMessage()) for record in caplog.records)
    assert (line["event"], line["run"], line["state"]) == (f"state_{status}", "run-1", "SwapAlias")
    assert line.keys() >= {"finished_at", "duration_ms", "peak_memory_bytes"}


def test_end_that_cannot_be_written_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")
    night = FakeOutside()
    night.edges = with_store(night.edges, "put", nth=2, before=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable):
        carry_out(night, lambda *arguments: RESULT)

    assert caplog.records == []


def test_task_that_is_repeated_writes_its_document_anew() -> None:
    night = FakeOutside()
    outcomes: list[SingleClass | AliasSwapped] = [SingleClass("one class only"), RESULT]

    def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> AliasSwapped:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(SingleClass):
        carry_out(night, run)
    carry_out(night, run)

    assert document(night)["status"] == "done"
    assert "error" not in document(night)


def test_task_is_handed_its_payload_edges_and_settings() -> None:
    night = FakeOutside()
    handed: list[tuple[Any, ...]] = []

    def run(*arguments: Any) -> AliasSwapped:
        handed.append(arguments)
        return RESULT

    carry_out(night, run)

    assert handed == [(TASK, night.edges, SETTINGS)]


@pytest.mark.parametrize(
    ("state", "title"), [("train", "Train"), ("version_model", "VersionModel"), ("restore_alias", "RestoreAlias")]
)
def test_document_bears_the_states_name(state: str, title: str) -> None:
    night = FakeOutside()

    carry_out(night, lambda *arguments: RESULT, state=state)

    assert document(night, state)["state"] == title


def test_peak_memory_counts_what_was_given_back_since() -> None:
    held = bytearray(64 * 1024 * 1024)
    size_bytes = len(held)
    del held

    peak = step.peak_memory_bytes()

    assert peak is None or peak > size_bytes


def test_task_in_a_warm_process_tells_its_own_peak_memory_and_not_that_of_the_tasks_before() -> None:
    night = FakeOutside()
    held = b"x" * 200_000_000
    before = step.peak_memory_bytes()
    del held

    carry_out(night, lambda *arguments: RESULT)

    assert before is None or document(night)["peak_memory_bytes"] < before - 100_000_000


def test_function_without_its_settings_names_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NIGHTSWAP_STAGE", "NIGHTSWAP_CODE_SHA256", "NIGHTSWAP_SERVING_SHA256"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsInvalid, match=r"NIGHTSWAP_STAGE.*NIGHTSWAP_CODE_SHA256.*NIGHTSWAP_SERVING_SHA256"):
        step.carry_out(RecordOutcomeTask, {}, LambdaContext(), state="record_outcome", run=lambda *_: RESULT)


@pytest.fixture
def settings_of_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "NIGHTSWAP_STAGE": "test",
        "NIGHTSWAP_CODE_SHA256": "code",
        "NIGHTSWAP_SERVING_SHA256": "serving",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("settings_of_a_function")
@pytest.mark.parametrize("task", names.TASKS)
def test_every_tasks_handler_refuses_a_payload_that_is_not_its_own(task: str) -> None:
    module = importlib.import_module(f"lambdas.{document_name(task)}")

    with pytest.raises(ContractBroken, match=rf"^{state_name(task)}Task: missing .*unknown strange"):
        module.handler({"strange": 1}, LambdaContext())


@pytest.mark.usefixtures("settings_of_a_function")
@pytest.mark.parametrize(
    ("task", "event", "title"),
    [
        *((task, {}, state_name(task)) for task in names.TASKS),
        ("restore-alias", {"failure": {"Error": "States.Timeout"}}, "RestoreAfterFailure"),
    ],
)
def test_every_tasks_handler_goes_by_the_name_of_its_state(task: str, event: dict[str, Any], title: str) -> None:
    module = importlib.import_module(f"lambdas.{document_name(task)}")

    with pytest.raises(Unexpected, match=rf"^{title} failed with ZeroDivisionError: "):
        module.handler(event, ContextWithoutTime())


def test_what_libraries_made_is_left_alone_by_the_collector_and_what_a_task_makes_later_is_not() -> None:
    try:
        step.spare_the_libraries()
        spared = gc.get_freeze_count()
        later: list[Any] = []
        later.append(later)
        step.spare_the_libraries()

        assert spared > 10_000
        assert gc.get_freeze_count() <= spared
        assert any(each is later for each in gc.get_objects())
    finally:
        gc.unfreeze()
