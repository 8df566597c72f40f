"""What Lambda answers in the place of a function: the payload beside `FunctionError: Unhandled`.

A time-out had no name for years, and has one now; a process that is killed took more memory than it has.
Source: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html (Sandbox.Timedout); what users
quote in issues 3314 of floci-io/floci and 18 of alexa-samples/skill-sample-nodejs-smarthome-switch on GitHub
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

REQUEST = "RequestId: 59f8af4e-3e1c-4ad1-b6b9-a220f7fceb05 Error:"
NAMELESS = {"errorMessage": "2026-11-27T03:14:50.000Z 59f8af4e-3e1c-4ad1 Task timed out after 10.00 seconds"}
OUT_OF_TIME = {"errorType": "Sandbox.Timedout", "errorMessage": f"{REQUEST} Task timed out after 10.00 seconds"}
KILLED = {"errorType": "Runtime.ExitError", "errorMessage": f"{REQUEST} Runtime exited with error: signal: killed"}
OUT_OF_MEMORY = {"errorType": "Runtime.OutOfMemory"}
LEFT = {"errorType": "Runtime.ExitError", "errorMessage": f"{REQUEST} Runtime exited with error: exit status 1"}
FAILED = {"errorType": "KeyError", "errorMessage": "'rate'", "requestId": "59f8af4e", "stackTrace": []}


def failing(report: dict[str, Any]) -> Callable[[bytes, bytes], bytes]:
    """A `Handler` of InMemoryFunctions whose every call ends in that report, which has a name."""

    def serve(package: bytes, payload: bytes) -> bytes:
        raise type(report["errorType"], (Exception,), {})(report["errorMessage"])

    return serve
