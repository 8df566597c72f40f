from __future__ import annotations

import threading
from typing import Any

import pytest

from workflows.local.emulator.functions import executing, told
from workflows.local.emulator.worker import FAILED

FUNCTION = {"config": {"Runtime": "python3.13"}}


@pytest.mark.parametrize("error", ["Runtime.HandlerError", "RuntimeError", "BrokenPipeError"])
def test_invocation_without_an_answer_is_an_exit_error(error: str) -> None:
    result = told({"body": {"errorType": error, "errorMessage": "died"}, "error": True, "log": "x"}, request_id="r-1")

    assert result["body"]["errorType"] == "Runtime.ExitError"
    assert result["body"]["errorMessage"].startswith("RequestId: r-1 ")
    assert (result["error"], result["log"]) == (True, "x")


@pytest.mark.parametrize(
    "result",
    [
        {"body": {"errorType": "Sandbox.Timedout"}, "error": True},
        {"body": {"__type": "TooManyRequestsException"}, "error": True, "throttle": True},
        {"body": {"label": "normal"}, "log": ""},
        {"body": None, "log": ""},
        {"body": [FAILED], "log": ""},
    ],
)
def test_other_results_are_left_alone(result: dict[str, Any]) -> None:
    assert told(result, request_id="r") == result


def test_other_runtimes_are_left_alone() -> None:
    failed = {"body": {"errorType": "Runtime.HandlerError"}, "error": True}
    run = executing(lambda *_: failed, stopping=threading.Event())

    assert run({"config": {"Runtime": "nodejs22.x"}}, {}, "r") == failed


def test_function_that_the_stop_cuts_short_never_answers() -> None:
    stopping, answered = threading.Event(), threading.Event()
    started: list[str] = []

    def cut(_function: Any, _event: Any, request: str) -> dict[str, Any]:
        started.append(request)
        stopping.set()
        return {"body": {"errorType": "Runtime.HandlerError"}, "error": True}

    def invoke(request: str) -> None:
        executing(cut, stopping=stopping)(FUNCTION, {}, request)
        answered.set()

    for request in ("running", "retried"):
        threading.Thread(target=invoke, args=(request,), daemon=True).start()
        stopping.wait(5)

    assert not answered.wait(0.2)
    assert started == ["running"]
