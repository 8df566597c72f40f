"""Runs one local function in its own process: Lambda's Python runtime, spoken over a pipe.

The server starts it with the project's interpreter and writes one JSON line that names the code, then one per
invocation; each is answered by one line. It stands alone, since the interpreter sees nothing of this package.

As on AWS, and unlike the emulator's own worker: a failure carries the exception's class name, and the process stays
warm after it. A function sees its own package and the installed libraries, never the clone. The process ends with the
server, however that ends and whatever the function is doing.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

FAILED = "functionFailed"
"""The key of an answer that is a failure; `functions` in the server turns it into Lambda's."""

PARENT_CHECK_SECONDS = 0.25

Handler = Callable[[Any, "Context"], Any]


@dataclass(frozen=True, kw_only=True)
class Context:
    """Lambda's context object."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float = field(repr=False)
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))


def main() -> None:
    parent = os.getppid()
    requests, answers = sys.stdin, _answers()
    sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - for the life of the process
    start = json.loads(requests.readline())
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    sys.path[:] = [*_code_folders(start["code_dir"]), *visible(sys.path[1:])]

    try:
        handler = load(start["module"], start["handler"])
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its answer
        handler = _raising(error)
    _say(answers, {"status": "ready", "cold": True})
    for line in requests:
        request = json.loads(line)
        _say(answers, {"status": "ok", "result": answer(handler, request["event"], context(start, request["ctx"]))})


def load(module: str, name: str) -> Handler:
    """The function's handler; raises what Lambda would report."""
    try:
        found: Handler = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise _runtime_error("ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except AttributeError as error:
        raise _runtime_error("HandlerNotFound", f"Handler '{name}' missing on module '{module}'") from error
    return found


def answer(handler: Handler, event: Any, context: Context) -> Any:
    """What the handler returned, or its failure under FAILED."""
    try:
        result = handler(event, context)
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its answer
        traceback.print_exc()
        return {FAILED: failure(error, request_id=context.aws_request_id)}
    try:
        json.dumps(result)
    except (TypeError, ValueError) as error:
        problem = _runtime_error("MarshalError", f"Unable to marshal response: {error}")
        return {FAILED: failure(problem, request_id=context.aws_request_id)}
    return result


def failure(error: Exception, *, request_id: str) -> dict[str, Any]:
    """A failure as Lambda reports it.

    >>> reported = failure(KeyError("rate"), request_id="r-1")
    >>> reported["errorType"], reported["errorMessage"]
    ('KeyError', "'rate'")
    """
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def context(start: dict[str, Any], request: dict[str, Any]) -> Context:
    name = start["function_name"]
    return Context(
        function_name=name,
        function_version=os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        invoked_function_arn=request.get("invoked_function_arn") or start["arn"],
        memory_limit_in_mb=start["memory"],
        aws_request_id=request["request_id"],
        log_group_name=os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{name}"),
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        deadline=time.time() + request["timeout_ms"] / 1000,
    )


def visible(search_path: Iterable[str]) -> list[str]:
    """The folders that belong to the interpreter. An editable install adds the clone, where a function would find
    modules that its package lacks."""
    own = {sys.prefix, sys.base_prefix}
    return [each for each in search_path if any(Path(each).is_relative_to(prefix) for prefix in own)]


def _code_folders(code: str) -> list[str]:
    layers = filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep))
    return [code, *(str(Path(layer) / "python") for layer in layers)]


def _raising(error: Exception) -> Handler:
    def handler(_event: Any, _context: Context) -> Any:
        raise error

    return handler


def _runtime_error(name: str, message: str) -> Exception:
    kind: type[Exception] = type(f"Runtime.{name}", (Exception,), {})
    return kind(message)


def _answers() -> TextIO:
    """The pipe to the server, out of reach of anything that prints, in Python or below it."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return pipe


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    print(json.dumps(message), file=answers, flush=True)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
