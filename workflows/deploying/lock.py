"""Lets one person at a time deploy a stage: an object in the stage's bucket says who is doing it.

A deploy that was killed leaves its lock behind, which must not block anybody. So the lock no longer counts when its
process is gone from this machine, and after its deadline wherever the process ran. The lock only saves people some
confusion; it does not protect the stage. CloudFormation does, which changes a stack once at a time, and the record's
conditional write.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges.object_store import ObjectStore, Stored
from chalicelib.errors import DeploymentFailed, StackMissing
from chalicelib.names import stage_of_bucket
from workflows import person
from workflows.deploying.progress import refusals

DEADLINE = timedelta(minutes=30)
"""Several times what a first deploy takes, layers and a slow line included."""
KEY = layout.deploy_lock()


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who deploys: a person, on a machine, in a process."""

    who: str
    host: str
    pid: int
    doing: str
    """The command, in words: `deploy` or `destroy`."""

    @classmethod
    def this_process(cls, doing: str) -> Holder:
        return cls(who=person.name(), host=socket.gethostname(), pid=os.getpid(), doing=doing)


def _now() -> datetime:
    return datetime.now(UTC)


def is_running(pid: int) -> bool:
    """Whether this machine has a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def hold(
    store: ObjectStore,
    *,
    stage: str,
    holder: Holder,
    clock: Callable[[], datetime] = _now,
    runs: Callable[[int], bool] = is_running,
) -> Iterator[None]:
    """Hold the stage's lock; raises DeploymentFailed, naming the holder, while somebody else has it."""
    body = json.dumps(asdict(holder) | {"since": clock().isoformat()}).encode()
    with refusals(f"taking the deploy lock in bucket {store.bucket}"):
        _take(store, body, stage=stage, holder=holder, clock=clock, runs=runs)
    try:
        yield
    finally:
        # Where a destroy removed the bucket, the lock went with it.
        with refusals(f"releasing the deploy lock in bucket {store.bucket}"), suppress(StackMissing):
            found = store.find(KEY)
            if found is not None and found.body == body:
                store.delete_if_match(KEY, etag=found.etag)


def _take(
    store: ObjectStore,
    body: bytes,
    *,
    stage: str,
    holder: Holder,
    clock: Callable[[], datetime],
    runs: Callable[[int], bool],
) -> None:
    while not store.put_if_absent(KEY, body):
        found = store.find(KEY)
        if found is None:  # released between the two calls
            continue
        other = _read(found, bucket=store.bucket)
        if not _is_dead(other, holder=holder, now=clock(), runs=runs):
            raise DeploymentFailed(_refusal(other, stage=stage))
        if store.put_if_match(KEY, body, etag=found.etag):
            return


@dataclass(frozen=True, kw_only=True)
class Other:
    """The holder of the lock."""

    holder: Holder
    since: datetime


def _read(found: Stored, *, bucket: str) -> Other:
    """Raises DeploymentFailed for a lock that no deploy wrote."""
    try:
        document = documents.decode(found.body)
        since = datetime.fromisoformat(document.pop("since")).astimezone(UTC)
        return Other(holder=Holder(**{**document, "pid": int(document["pid"])}), since=since)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise DeploymentFailed(
            f"s3://{bucket}/{KEY} is no deploy lock ({type(exc).__name__}): if nobody deploys, remove it with"
            f" {_removal(stage_of_bucket(bucket))}, and repeat the command"
        ) from exc


def _is_dead(other: Other, *, holder: Holder, now: datetime, runs: Callable[[int], bool]) -> bool:
    if now >= other.since + DEADLINE:
        return True
    # A process of our own number is ourselves: the answer was lost, or we are started anew in a container in which
    # numbers begin anew.
    pid = other.holder.pid
    return other.holder.host == holder.host and (pid == holder.pid or not runs(pid))


def _refusal(other: Other, *, stage: str) -> str:
    held = other.holder
    return (
        f"two deploys at once: {held.who} on {held.host} (process {held.pid}) holds stage {stage} for its"
        f" {held.doing} since {other.since:%H:%M} UTC. Wait until it has ended. If it is dead, go on at"
        f" {other.since + DEADLINE:%H:%M} UTC, or at once after: {_removal(stage)}"
    )


def _removal(stage: str) -> str:
    """The bucket keeps the lock's versions: before this one there was none."""
    return f"nightswap put-back {KEY} --stage {stage}"
