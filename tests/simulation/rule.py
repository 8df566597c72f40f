"""The rule on the executions' status: what ends without a Catch has its alias restored, at least once, and some time
later. The stack's template says the same to EventBridge.
"""

from __future__ import annotations

from random import Random

from chalicelib.contracts.payload import to_event
from chalicelib.contracts.runs import Failure, RestoreAliasTask
from chalicelib.edges.executions import Execution
from tests.simulation.machine import Machine

UNFINISHED = {"ABORTED", "TIMED_OUT", "FAILED"}
LATE_SECONDS = 30


class StatusRule:
    """Call it with every execution that ended; `duplicated` (0..1) is how often the event comes twice."""

    def __init__(self, *, machine: Machine, random: Random, duplicated: float) -> None:
        self._machine = machine
        self._random = random
        self._duplicated = duplicated

    def __call__(self, execution: Execution) -> None:
        if execution.status not in UNFINISHED:
            return
        failure = Failure(Error=execution.status, Cause=f"the execution ended {execution.status}")
        event = to_event(RestoreAliasTask(run=execution.run, model=None, failure=to_event(failure)))
        for copy in range(1 + (self._random.random() < self._duplicated)):
            late = self._random.random() ** 2 * LATE_SECONDS
            name = f"{execution.run}/rule{copy}"
            self._machine.invoke_async(name, "RestoreAlias", event, delay_seconds=late)
