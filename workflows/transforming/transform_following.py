"""Starts the job of a batch transform, follows it, and stops it where nobody waits for it any more.

The jobs of a batch are numbered, and a name is given once, so of two who begin at the same time one starts the job,
and both follow it. A job takes the chunks that have no output yet; the next one takes what it left.

Whatever ends the waiting early, Ctrl-C among it, stops the job. Where nothing can, because the command was killed,
the job ends by itself when its chunks are done, or after its time: its state machine holds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import layout, names
from chalicelib.batches.batch_documents import TransformRequest
from chalicelib.cutting import amount
from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import (
    COMPLETED,
    NOT_WHOLE,
    STOPPING,
    TransformJob,
    TransformJobs,
    why_failed,
)
from chalicelib.edges.pauses import growing
from chalicelib.errors import NightswapError, StackMissing, TransformFailed, TransientError
from chalicelib.layout import Place
from workflows.transforming import transform_requests
from workflows.transforming.transform_requests import Wish
from workflows.transforming.transform_results import outputs

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 15.0
"""Between two looks. An instance takes minutes to start."""
TRIES = 3
"""To stop a job."""
GOES_ON = "what is done is kept; repeat the command, and it goes on from there"


@dataclass(kw_only=True)
class Following:
    """One batch, as a command sees it. `tell` gets sentences; `progress` what is done, how many, and of how many."""

    edges: Edges
    jobs: TransformJobs
    stage: str
    batch: str
    request: TransformRequest
    wish: Wish
    tell: Callable[[str], None]
    progress: Callable[[str, int, int], None]
    _watched: list[str] = field(default_factory=list)
    """The jobs that this command started or found at work: those that it stops."""

    def carry_out(self, chunks: Collection[str]) -> None:
        """Return once each chunk has an output; raises TransformFailed, and ExecutionsUnavailable."""
        try:
            self._carry_out(chunks)
        except BaseException:
            for name in self._watched:
                self._stop(name)
            raise

    def _carry_out(self, chunks: Collection[str]) -> None:
        attempt, job = self._latest()
        if job is not None and job.is_going:
            if job.status != STOPPING:
                self._watched.append(job.name)
                price = transform_requests.price(job.instance_type, instances=job.instances, minutes=job.minutes)
                self.tell(f"transform job {job.name} is at work already, and is followed; {price}")
            job = self._ended(job.name, chunks)
        while left := sorted({*chunks} - outputs(self.edges, self.batch).keys()):
            if job is not None and job.name in self._watched:
                raise self._ended_early(job, left)
            attempt += 1
            job = self._started(attempt, left, chunks)

    def _latest(self) -> tuple[int, TransformJob | None]:
        """The newest job of the batch, and its number; 0 and None where there was none."""
        attempt, latest = 0, None
        while job := self.jobs.find(names.transform_job(self.stage, self.batch, attempt + 1)):
            attempt, latest = attempt + 1, job
        return attempt, latest

    def _started(self, attempt: int, left: Sequence[str], chunks: Collection[str]) -> TransformJob:
        """The job once it has ended; where its name is taken, that of whoever took it."""
        store = self.edges.store
        prefix = str(Place(store.bucket, layout.transform(self.batch, of="in")))
        store.put(
            layout.transform(self.batch, f"{attempt}.json", of="jobs"),
            json.dumps([{"prefix": prefix}, *left]).encode(),
        )
        order = transform_requests.order(
            self.request, self.wish, bucket=store.bucket, stage=self.stage, batch=self.batch, attempt=attempt
        )
        price = transform_requests.price(order.instance_type, instances=order.instances, minutes=self.wish.minutes)
        self.tell(f"transform job {order.name}: {len(left):,} of {amount(len(chunks), 'chunk')}; {price}")
        self._watched.append(order.name)  # before it is there: an interruption stops it too
        try:
            self.jobs.start(order)
        except (TransformFailed, StackMissing):  # there is nothing to stop
            self._watched.remove(order.name)
            raise
        return self._ended(order.name, chunks)

    def _ended(self, name: str, chunks: Collection[str]) -> TransformJob:
        """The job once it has ended, of which its machine makes sure. Raises ExecutionsUnavailable where AWS does not
        answer any more when its time is over."""
        began = self.edges.clock()
        for pause in growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS):
            try:
                job = self.jobs.find(name)
                done = len({*chunks} & outputs(self.edges, self.batch).keys())
            except TransientError as exc:  # the job goes on, whoever does not answer
                if self.edges.clock() - began >= timedelta(minutes=self.wish.minutes):
                    raise
                self.progress(exc.message, 0, 0)
            else:
                if job is not None and not job.is_going:
                    break
                if job is not None:
                    waited = (self.edges.clock() - job.created_at).total_seconds()
                    self.progress(f"{job.status} after {waited:,.0f} s, chunks", done, len(chunks))
            self.edges.sleep(pause)
        return job  # type: ignore[return-value]

    def _ended_early(self, job: TransformJob, left: Sequence[str]) -> TransformFailed:
        whole = f"{amount(len(left), 'chunk')} without an output, {left[0]} among them"
        if job.status == COMPLETED:
            return TransformFailed(f"transform job {job.name} left {whole}; {GOES_ON}", problem=NOT_WHOLE)
        problem, words = why_failed(job)
        return TransformFailed(
            f"transform job {job.name} did not come to its end: {words}. It left {whole}; {GOES_ON}", problem=problem
        )

    def _stop(self, name: str) -> None:
        """Whatever ended the waiting is what the command tells; that a job cannot be stopped is told beside it."""
        for last in range(TRIES - 1, -1, -1):
            try:
                if self.jobs.stop(name):
                    self.tell(f"transform job {name} is told to stop")
            except (NightswapError, ClientError, BotoCoreError) as exc:
                if last and isinstance(exc, TransientError):
                    self.edges.sleep(FIRST_PAUSE_SECONDS)
                    continue
                self.tell(
                    f"transform job {name} could not be stopped ({type(exc).__name__}), and costs until it ends: aws"
                    f" sagemaker stop-transform-job --transform-job-name {name}"
                )
            return
