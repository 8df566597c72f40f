"""Who reads how a run broke learns what ran out, how much there was, and what to set."""

from __future__ import annotations

import json

import pytest

from chalicelib import layout
from chalicelib.names import TASKS, state_name
from chalicelib.registry import run_documents
from chalicelib.registry.run_documents import DONE, RUNNING, State
from chalicelib.runs import cleanup, outcomes
from chalicelib.settings.stage import StageSettings
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going
from tests.given.present import present
from workflows.stacks.functions import DATA_TASKS

RUN = "run-1"
KILLED = "RequestId: 0 Error: Runtime exited with error: signal: killed"
TIMED_OUT = "2026-11-21T03:14:50Z 0 Task timed out after 890.00 seconds"


def ended(night: FakeOutside, error: str, said: str | None, *, at: str = "train") -> str:
    """The reason that is recorded for a run whose tasks before `at` were done, and which ended in that one."""
    going(night, RUN)
    for task in TASKS[: TASKS.index(at) + 1]:
        state = State(state=state_name(task), status=RUNNING if task == at else DONE, memory_mb=1769)
        run_documents.keep_state(night.edges, state, run=RUN)
    cause = None if said is None else json.dumps({"errorMessage": said, "errorType": error})
    cleanup.after(night.edges, run=RUN, model=MODEL, failure={"Error": error, "Cause": cause})
    recorded = present(outcomes.find(night.edges, run=RUN))
    assert recorded.error == error
    return recorded.reason


@pytest.mark.parametrize(
    ("error", "said", "words"),
    [
        ("Runtime.ExitError", KILLED, "Train ran out of memory; it had 1,769 MB. "),
        ("Runtime.OutOfMemory", "out of memory", "Train ran out of memory; it had 1,769 MB. "),
        (
            "Runtime.ExitError",
            "exit status 1",
            "the process of Train died, mostly for want of memory; it had 1,769 MB",
        ),
        ("Lambda.Unknown", "unknown", "the process of Train died, mostly for want of memory; it had 1,769 MB. "),
        ("Lambda.Unknown", TIMED_OUT, "Train ran out of time after 890 s; it had 1,769 MB, and more memory is more"),
        (
            "Sandbox.Timedout",
            TIMED_OUT,
            "Train ran out of time after 890 s; it had 1,769 MB, and more memory is more",
        ),
        ("Sandbox.Timedout", "timed out", "Train ran out of time; it had 1,769 MB, and more memory is more"),
        ("States.Timeout", None, "Train ran out of time; it had 1,769 MB, and more memory is more"),
    ],
)
def test_task_that_lambda_ended_is_told_with_what_it_had_and_what_to_set(
    night: FakeOutside, error: str, said: str | None, words: str
) -> None:
    reason = ended(night, error, said)

    assert reason.startswith(words)
    assert (
        "NIGHTSWAP_TRAIN_MEMORY_MB to more, 10,240 at most, in .chalice/config.json, then nightswap deploy" in reason
    )
    assert ("NIGHTSWAP_TRAIN_SECONDS to more, 890 at most, or " in reason) == ("out of time" in reason)
    assert f"; or take files out: nightswap data remove FILE --model {MODEL}. Its last words: " in reason
    assert reason.endswith(f"Its last words: {said or 'no cause was given'}")


@pytest.mark.parametrize("task", DATA_TASKS)
def test_settings_that_are_named_are_those_of_the_task(night: FakeOutside, task: str) -> None:
    reason = ended(night, "Sandbox.Timedout", TIMED_OUT, at=task)

    named = {each.variable for each in StageSettings.settings.values() if each.variable in reason}
    assert named == {f"NIGHTSWAP_{task.upper()}_SECONDS", f"NIGHTSWAP_{task.upper()}_MEMORY_MB"}


@pytest.mark.parametrize(
    ("error", "said", "words"),
    [
        ("Runtime.ExitError", KILLED, "VersionModel ran out of memory; it had 1,769 MB. Set "),
        (
            "Sandbox.Timedout",
            TIMED_OUT,
            "VersionModel ran out of time after 890 s; it had 1,769 MB, and more memory is more processor time. Set"
            " NIGHTSWAP_TASK_SECONDS to more, 890 at most, or ",
        ),
    ],
)
def test_task_without_settings_of_its_own_has_those_for_all_others(
    night: FakeOutside, error: str, said: str, words: str
) -> None:
    reason = ended(night, error, said, at="version-model")

    assert reason == (
        f"{words}NIGHTSWAP_TASK_MEMORY_MB to more, 10,240 at most, in .chalice/config.json, then nightswap"
        f" deploy, and retrain. Its last words: {said}"
    )


def test_run_of_which_nothing_is_known_is_told_all_the_same(night: FakeOutside) -> None:
    going(night, RUN)
    night.store.put(layout.run_document(RUN, "train"), b"damaged")

    cleanup.after(night.edges, run=RUN, model=MODEL, failure={"Error": "Runtime.ExitError", "Cause": KILLED})

    reason = present(outcomes.find(night.edges, run=RUN)).reason
    assert reason.startswith("a task ran out of memory. Retrain; if that ends so too")


def test_error_of_our_own_keeps_its_words(night: FakeOutside) -> None:
    assert ended(night, "SingleClass", "one class only") == "one class only"
