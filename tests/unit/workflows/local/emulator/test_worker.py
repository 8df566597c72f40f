from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from workflows.local.emulator.worker import FAILED, Context, _say, answer, load, visible


def _context(seconds: float = 30.0) -> Context:
    return Context(
        function_name="f",
        function_version="1",
        invoked_function_arn="arn",
        memory_limit_in_mb=128,
        aws_request_id="r-1",
        log_group_name="/aws/lambda/f",
        log_stream_name="stream",
        deadline=time.time() + seconds,
    )


def _refuse(_event: Any, _context: Context) -> Any:
    raise LookupError("no row")


def test_answer_is_what_the_handler_returns() -> None:
    assert answer(lambda event, context: [event, context.aws_request_id], 7, _context()) == [7, "r-1"]


def test_failure_names_the_class_and_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    failure = answer(_refuse, {}, _context())[FAILED]

    assert (failure["errorType"], failure["errorMessage"], failure["requestId"]) == ("LookupError", "no row", "r-1")
    assert "LookupError: no row" in capsys.readouterr().err


def test_answer_that_json_cannot_carry_is_a_marshal_error() -> None:
    assert answer(lambda event, context: {1, 2}, {}, _context())[FAILED]["errorType"] == "Runtime.MarshalError"


@pytest.mark.parametrize(
    ("module", "handler", "error"),
    [
        ("no_such_module", "handler", "Runtime.ImportModuleError"),
        ("json", "no_such_handler", "Runtime.HandlerNotFound"),
    ],
)
def test_handler_that_is_not_there(module: str, handler: str, error: str) -> None:
    with pytest.raises(Exception, match="module") as raised:
        load(module, handler)

    assert raised.type.__name__ == error


def test_handler_is_found() -> None:
    assert load("platform", "python_version").__module__ == "platform"


def test_what_is_said_is_there_at_once() -> None:
    """The server waits for a line, and a pipe holds back what is not flushed."""
    answers = io.TextIOWrapper(io.BufferedWriter(pipe := io.BytesIO()))

    _say(answers, {"status": "ready"})

    assert pipe.getvalue() == b'{"status": "ready"}\n'


def test_time_left_ends_at_zero() -> None:
    assert _context(seconds=-1).get_remaining_time_in_millis() == 0


def test_search_path_is_the_interpreters_own() -> None:
    own = str(Path(sys.prefix) / "lib" / "site-packages")

    assert visible([own, "/somewhere/a-clone"]) == [own]
