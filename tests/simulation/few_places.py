"""A night in an account with few concurrent executions: runs of many models, predictions, and somebody else's load.

Every call of a function holds a place while it lasts; where none is free it is refused, as Lambda does. The tasks do
nothing but hold theirs; Replay asks the serving function too, as a prediction asks it by way of the API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any

from chalicelib.contracts.decisions import PROMOTED, SWAP, TRAIN
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.rollout import AliasSwapped, ModelVersioned, RolloutDecided
from chalicelib.contracts.training import Evaluated, Preprocessed, Trained
from chalicelib.errors import FunctionUnavailable
from chalicelib.names import TASKS, state_name
from tests.fakes.clock import FakeClock
from tests.fakes.executions import InMemoryExecutions
from tests.fakes.history import History
from tests.simulation.asl import StateFailed
from tests.simulation.machine import Hazards, Machine, TaskFunction
from tests.simulation.scheduler import Scheduler
from workflows.stacks.functions import task_sizes

ANSWERS = {
    "preprocess": Preprocessed(
        decision=TRAIN,
        reason="rows",
        fingerprint="f",
        train_uri="s3://b/train",
        holdout_uri="s3://b/holdout",
        who="a-run",
        why="",
        is_approved=False,
        model_version=None,
        function_version=None,
        champion_revision_id=None,
    ),
    "train": Trained(artifact_uri="s3://b/artifact", artifact_sha256="a", answers_uri="s3://b/answers"),
    "evaluate": Evaluated(
        passed=True,
        reason="it is better",
        report_uri="s3://b/report",
        replay_uri="s3://b/replay",
        judging=1,
        champion_revision_id=None,
        serving_sha256="s",
    ),
    "version-model": ModelVersioned(model_version=1, function_version="1"),
    "replay": RolloutDecided(decision=SWAP, reason="as judged", shift=0, bake_seconds=0, since="", revision_id=None),
    "swap-alias": AliasSwapped(decision=PROMOTED, reason="it is live"),
}
"""What leads a run to Promoted."""
LONGEST_PREDICTION_SECONDS = 10


class Account:
    """`refused` counts the calls that found no place, by who called."""

    def __init__(self, seed: int, *, places: int, definition: Mapping[str, Any]) -> None:
        self._random = Random(seed)
        self._free = places
        clock = FakeClock()
        history = History(clock=clock)
        self.scheduler = Scheduler(random=Random(seed), clock=clock)
        self.executions = InMemoryExecutions(clock=clock, history=history)
        self.refused: dict[str, int] = {}
        self.started_at = clock.now
        self.clock = clock
        machine = Machine(
            definition,
            tasks={state_name(task): self._task(task) for task in TASKS},
            scheduler=self.scheduler,
            executions=self.executions,
            history=history,
            random=Random(seed),
            hazards=Hazards(),
        )
        self.executions.started = machine.begin

    def night(self, models: int) -> list[str]:
        """All runs at once, and the load beside them until the last has ended; how each ended."""
        runs = [f"m{number}-nightly" for number in range(models)]
        for run in runs:
            payload = {"model": run.partition("-")[0], "force": False, "reason": "nightly"}
            self.executions.start(run, json.dumps(payload))
        self.scheduler.spawn("predictions", self._predictions)
        self.scheduler.spawn("others", self._others)
        self.scheduler.run()
        return [self._status(run) for run in runs]

    @contextmanager
    def _place(self, who: str, refusal: Callable[[], Exception], *, places: int = 1) -> Iterator[None]:
        if self._free < places:
            self.refused[who] = self.refused.get(who, 0) + 1
            raise refusal()
        self._free -= places
        try:
            yield
        finally:
            self._free += places

    def _task(self, task: str) -> TaskFunction:
        def carry_out(event: dict[str, Any]) -> dict[str, Any]:
            longest = task_sizes()[task].timeout_seconds
            with self._place(task, lambda: StateFailed("Lambda.TooManyRequestsException", "Rate Exceeded.")):
                self.scheduler.sleep(longest * self._random.random())
                if task == "replay":
                    with self._place("serving", lambda: FunctionUnavailable("throttled")):
                        self.scheduler.sleep(1)
            if task in ANSWERS:
                return to_event(ANSWERS[task])
            return {"run": event["run"], "outcome": event.get("outcome")}

        return carry_out

    def _predictions(self) -> None:
        """In bursts that may take every place that is left: the API's function and the serving one for each."""
        while self._going():
            places = 2 * self._random.randrange(6)
            self._hold("predictions", places, LONGEST_PREDICTION_SECONDS * self._random.random())
            self.scheduler.sleep(LONGEST_PREDICTION_SECONDS * self._random.random())

    def _others(self) -> None:
        """Functions that run for as long as a function can, in the account's other half."""
        while self._going():
            self._hold("others", self._random.randrange(1, 6), 900 * self._random.random())
            self.scheduler.sleep(300 * self._random.random())

    def _hold(self, who: str, places: int, seconds: float) -> None:
        """So many places, or all that are left."""
        taken = min(places, self._free)
        if taken < places:
            self.refused[who] = self.refused.get(who, 0) + 1
        self._free -= taken
        self.scheduler.sleep(seconds)
        self._free += taken

    def _going(self) -> bool:
        return bool(self.executions.recent(running_only=True))

    def _status(self, run: str) -> str:
        found = self.executions.find(run)
        assert found is not None
        return found.status if found.error is None else f"{found.status}: {found.error}"
