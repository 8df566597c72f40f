"""Lambda: the pipeline's own functions that are called from outside the state machine."""

from __future__ import annotations

from typing import Protocol


class PipelineFunctions(Protocol):
    """The pipeline's own functions that are called from outside the state machine.

    Raises FunctionUnavailable when Lambda throttles or does not answer, StackMissing when there is no such function.
    """

    def call(self, task: str, payload: bytes) -> bytes:
        """The function's answer; raises ServingFailed when the function itself raised."""

    def start(self, task: str, payload: bytes) -> None:
        """Have Lambda call the function by and by; when it raises, Lambda calls it twice more."""
