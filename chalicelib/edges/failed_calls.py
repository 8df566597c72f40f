"""Says in words why a Lambda function did not answer: its report has a name and a sentence of Lambda's own.

    errorType           errorMessage
    (none)              2026-11-27T03:14:50Z ID Task timed out after 10.00 seconds
    Sandbox.Timedout    RequestId: ID Error: Task timed out after 10.00 seconds
    Runtime.ExitError   RequestId: ID Error: Runtime exited with error: signal: killed
    KeyError            'rate'

A message may quote what was sent, so nothing of it goes on but the seconds.
Source: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html, and reports of users of Lambda
"""

from __future__ import annotations

import json
import re

from chalicelib.values import Value

OUT_OF_MEMORY = ("Runtime.OutOfMemory",)
DIED = ("Runtime.ExitError", "Lambda.Unknown")
"""Of a process that was killed or ended itself: mostly for want of memory."""
OUT_OF_TIME = "Sandbox.Timedout"
KILLED = "signal: killed"
"""Lambda's words of a process that took more memory than it has."""
TIMED_OUT = re.compile(r"Task timed out after ([0-9]+)(?:\.[0-9]+)? seconds")
KIND = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
MORE_TIME = "timeout_seconds=..., memory_mb=..."
MORE_MEMORY = "memory_mb=..."


class Failure(Value):
    """What happened, as the end of a sentence about the function, and the fields of a recipe's Serving that help."""

    happened: str
    more: str = ""

    @property
    def way_out(self) -> str:
        """Of a serving function.

        >>> read(b'{"errorMessage": "Task timed out after 10.00 seconds"}').way_out
        'give the recipe more by serving=Serving(timeout_seconds=..., memory_mb=...), then deploy and retrain'
        """
        return (
            f"give the recipe more by serving=Serving({self.more}), then deploy and retrain"
            if self.more
            else "see its log"
        )


def read(report: bytes) -> Failure:
    """From the payload of an answer that has a FunctionError.

    >>> read(b'{"errorMessage": "Task timed out after 10.00 seconds"}').happened
    'ran out of time after 10 s'
    >>> read(b'{"errorType": "KeyError"}').happened
    'failed with KeyError'
    """
    kind, said = _parts(report)
    timed_out = TIMED_OUT.search(said) if kind in ("", OUT_OF_TIME) else None
    if timed_out or kind == OUT_OF_TIME:
        after = f" after {int(timed_out[1]):,} s" if timed_out else ""
        return Failure(f"ran out of time{after}", MORE_TIME)
    if kind in OUT_OF_MEMORY or (kind in DIED and KILLED in said):
        return Failure("ran out of memory", MORE_MEMORY)
    if kind in DIED:
        return Failure("died, mostly for want of memory", MORE_MEMORY)
    return Failure(f"failed with {kind if KIND.fullmatch(kind) else 'an unknown error'}")


def _parts(report: bytes) -> tuple[str, str]:
    """Name and message, each empty where there is none."""
    try:
        found = json.loads(report)
    except ValueError:
        return "", ""
    parts = found if isinstance(found, dict) else {}
    kind, said = parts.get("errorType"), parts.get("errorMessage")
    return (kind if isinstance(kind, str) else ""), (said if isinstance(said, str) else "")
