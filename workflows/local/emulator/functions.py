"""Runs the emulator's functions in the project's interpreter, and reports errors by AWS's names."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workflows.local.emulator.worker import FAILED
from workflows.local.state import disk_full

Json = dict[str, Any]
Execute = Callable[[Json, Any, str], Json]

LOG_WAIT_SECONDS = 0.002
"""How long to wait for what a function printed. The emulator waits 50 ms, which is then most of an invocation."""

TIMED_OUT = "Sandbox.Timedout"


def install(*, python: str, folder: Path, stopping: threading.Event) -> None:
    """Run functions with `python`; once `stopping` is set no function is started and none answers.

    `folder` is named where it has no room for a function's package.
    """
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    script = Path(__file__).with_name("worker.py").read_text()
    others = lambda_runtime._detect_runtime_binary
    lambda_runtime._detect_runtime_binary = lambda runtime: (
        (python, script) if runtime.startswith("python") else others(runtime)
    )
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (LOG_WAIT_SECONDS, LOG_WAIT_SECONDS, 0.250)
    lambda_runtime.Worker._spawn = spawning(lambda_runtime.Worker._spawn, folder=folder)
    lambda_svc._execute_function_warm = executing(lambda_svc._execute_function_warm, stopping=stopping)


def kill_all() -> None:
    """End every function's process at once."""
    from ministack.core import lambda_runtime

    lambda_runtime.reset()


def spawning(spawn: Callable[[Any], None], *, folder: Path) -> Callable[[Any], None]:
    """`spawn`, which unpacks a function and starts its process; raises DiskFull."""

    def run(worker: Any) -> None:
        with disk_full.needed(folder):
            spawn(worker)

    return run


def executing(execute: Execute, *, stopping: threading.Event) -> Execute:
    """`execute` with failures told as Lambda tells them.

    A function that the stop of the server cuts short never answers: its execution stays RUNNING in the saved state,
    and the next start reports it as States.ServiceRestart, instead of a retry or a Catch in the server's last moment.
    """

    def run(function: Json, event: Any, request_id: str) -> Json:
        _hold(stopping)
        result = execute(function, event, request_id)
        _hold(stopping)
        config = function.get("config") or function
        return told(result, request_id=request_id) if config["Runtime"].startswith("python") else result

    return run


def told(result: Json, *, request_id: str) -> Json:
    """The emulator's result of an invocation, with the failure as Lambda reports it.

    >>> told({"body": {FAILED: {"errorType": "NoData"}}, "log": ""}, request_id="r")
    {'body': {'errorType': 'NoData'}, 'log': '', 'error': True}
    >>> told({"body": {"errorType": "Runtime.HandlerError", "errorMessage": "died"}, "error": True},
    ...      request_id="r")["body"]["errorType"]
    'Runtime.ExitError'
    """
    body = result.get("body")
    if isinstance(body, dict) and FAILED in body:
        return {**result, "body": body[FAILED], "error": True}
    if not result.get("error") or result.get("throttle") or not isinstance(body, dict):
        return result
    if body.get("errorType") in {TIMED_OUT, disk_full.DiskFull.__name__}:
        return result
    # Whatever a handler raises arrives above, so that here the process is gone, or never came up.
    print(f"function failed without an answer: {body.get('errorMessage')}", file=sys.stderr)
    message = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
    return {**result, "body": {"errorMessage": message, "errorType": "Runtime.ExitError"}}


def _hold(stopping: threading.Event) -> None:
    if stopping.is_set():
        threading.Event().wait()
