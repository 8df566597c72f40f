"""The transform jobs of SageMaker in memory: at each look a job has done one chunk more."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.edges.hosting.transform_jobs import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    STOPPED,
    STOPPING,
    TIMEOUT,
    TransformJob,
    TransformOrder,
)
from chalicelib.errors import ExecutionsUnavailable, TransformFailed
from chalicelib.layout import Place
from tests.fakes.clock import FakeClock
from tests.fakes.history import History
from tests.fakes.store import InMemoryStore

Score = Callable[[bytes], bytes]
"""From the lines of a chunk to what the server answers."""


def echo(body: bytes) -> bytes:
    return b"".join(b'{"label": "normal"}\n' for _ in body.splitlines())


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with a job."""

    chunks: int | None = None
    """After so many it fails, or goes on until its time is over where it has no reason."""
    reason: str = ""
    refused: str = ""
    """SageMaker does not start it, for this reason."""
    forbidden: str = ""
    """Step Functions does not, for this problem."""
    loses: int = 0
    """So many lines of its last chunk."""


class InMemoryTransforms:
    """A `TransformJobs`. `troubles` are those of the next jobs, in their order, and `unavailable` those of the next
    calls; `history` gets start_transform and stop_transform. What a job does stays as it is once it has ended."""

    def __init__(self, store: InMemoryStore, *, clock: FakeClock, history: History, score: Score = echo) -> None:
        self._store, self._clock, self._history = store, clock, history
        self._jobs: dict[str, TransformJob] = {}
        self._left: dict[str, list[str]] = {}
        self._troubles: dict[str, Trouble] = {}
        self.score = score
        self.orders: list[TransformOrder] = []
        self.troubles: list[Trouble] = []
        self.unavailable = 0

    def start(self, order: TransformOrder) -> None:
        self._check_available()
        if order.name in self._jobs:
            return
        trouble = self.troubles.pop(0) if self.troubles else Trouble()
        if trouble.forbidden:
            raise TransformFailed(f"transform job {order.name} was not started", problem=trouble.forbidden)
        manifest = self._store.find(Place.parse(order.manifest_uri).key)
        assert manifest is not None
        first, *names = json.loads(manifest.body)
        self._left[order.name] = [f"{Place.parse(first['prefix']).key}{name}" for name in names]
        self._troubles[order.name] = trouble
        self.orders.append(order)
        self._jobs[order.name] = TransformJob(
            name=order.name,
            status=IN_PROGRESS,
            instance_type=order.instance_type,
            instances=order.instances,
            created_at=self._clock(),
            minutes=order.timeout_seconds // 60,
            reason="",
        )
        self._history.record("start_transform", order.name)
        if trouble.refused:
            self._end(order.name, FAILED, trouble.refused)

    def find(self, name: str) -> TransformJob | None:
        self._check_available()
        found = self._jobs.get(name)
        if found is not None and found.is_going:
            self._go_on(name)
        return found

    def stop(self, name: str) -> bool:
        self._check_available()
        found = self._jobs.get(name)
        if found is None or found.status != IN_PROGRESS:
            return False
        self._jobs[name] = replace(found, status=STOPPING)
        self._history.record("stop_transform", name)
        return True

    def going(self, prefix: str) -> Sequence[str]:
        return [each.name for each in self._jobs.values() if each.is_going and each.name.startswith(prefix)]

    def _check_available(self) -> None:
        if self.unavailable:
            self.unavailable -= 1
            raise ExecutionsUnavailable("SageMaker: ThrottlingException; try again in a moment")

    def _go_on(self, name: str) -> None:
        """What comes of the job until the next look."""
        job, trouble, left = self._jobs[name], self._troubles[name], self._left[name]
        order = next(each for each in self.orders if each.name == name)
        done = len(self._store.list(Place.parse(order.outputs_uri).key))
        if job.status == STOPPING:
            self._end(name, STOPPED)
        elif self._clock() - job.created_at >= timedelta(seconds=order.timeout_seconds):
            self._end(name, STOPPED, f"NotTransformed: {TIMEOUT}")
        elif trouble.chunks == done:
            if trouble.reason:
                self._end(name, FAILED, trouble.reason)
        elif left:
            key = left.pop(0)
            found = self._store.find(key)
            assert found is not None
            lines = self.score(found.body).splitlines(keepends=True)
            kept = lines[: len(lines) - trouble.loses] if not left else lines
            output = f"{Place.parse(order.outputs_uri).key}{key.rpartition('/')[2]}.out"
            self._store.put(output, b"".join(kept))
        else:
            self._end(name, COMPLETED)

    def _end(self, name: str, status: str, reason: str = "") -> None:
        self._jobs[name] = replace(self._jobs[name], status=status, reason=reason)
