"""Keeps Chalice's record of what it deployed in the stage's bucket.

Chalice finds its REST API only by `.chalice/deployed/S.json`: without that file it makes a second API and does not
say so. So the bucket has a copy, which `fetch` brings before Chalice runs and `keep` renews afterwards:

    fetched = record.fetch(names, clients=clients, root=root, report=report)
    api = deploy_app(...)
    record.keep(fetched, report=report)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from chalicelib import layout
from chalicelib.aws.object_store import BucketStore
from chalicelib.documents import documents
from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from workflows.deploying.asking import Clients
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources, function_names, is_of_stage
from workflows.deploying.progress import Report, Step, refusals

PHASE = "record"
KEY = layout.chalice_record()


class Existing(Protocol):
    """What of ChaliceResources a record is held against."""

    def api_exists(self, api_id: str) -> bool: ...

    def apis(self) -> Sequence[str]: ...

    def record(self, *, api_id: str | None) -> dict[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A record in the clone, and which object of the bucket it came from."""

    stage: str
    file: Path
    store: ObjectStore
    etag: str | None
    """Of the object as it was found; None where there was none."""


def fetch(names: Names, *, clients: Clients, root: Path, report: Report) -> Fetched:
    """Put into the clone the record that tells the truth: the bucket's, else the clone's own, else a rebuilt one.

    A record is true when Chalice can read it, it is of the stage, and its REST API exists. Raises DeploymentFailed
    when no record is and two APIs could be meant.
    """
    existing = ChaliceResources(names=names, clients=clients, functions=function_names(names.stage, root=root))
    store = BucketStore(clients("s3"), bucket=names.bucket)
    with refusals(f"reading Chalice's record from bucket {names.bucket}"):
        return choose(names.stage, store=store, existing=existing, file=path(names.stage, root=root), report=report)


def path(stage: str, *, root: Path) -> Path:
    """Where Chalice keeps its record in a clone."""
    return root / ".chalice" / "deployed" / f"{stage}.json"


def choose(stage: str, *, store: ObjectStore, existing: Existing, file: Path, report: Report) -> Fetched:
    """`fetch`, with its edges."""
    stored = store.find(KEY)
    own = _read(file)
    kept = stored.body if stored else None
    if kept is not None and _is_true(kept, existing, stage=stage):
        if own != kept:
            difference = _difference(own, kept, stage=stage)
            report(Step(PHASE, f"Chalice's record of stage {stage} is taken from the bucket", difference))
        _write(file, kept)
    elif own is None or not _is_true(own, existing, stage=stage):
        _write(file, _rebuilt(stage, existing=existing, report=report))
    return Fetched(stage=stage, file=file, store=store, etag=stored.etag if stored else None)


def keep(fetched: Fetched, *, report: Report) -> None:
    """Store what Chalice recorded; raises DeploymentFailed when another deploy stored something else meanwhile."""
    body = fetched.file.read_bytes()
    with refusals(f"writing Chalice's record to bucket {fetched.store.bucket}"):
        if fetched.etag is None:
            done = fetched.store.put_if_absent(KEY, body)
        else:
            done = fetched.store.put_if_match(KEY, body, etag=fetched.etag)
        now = None if done else fetched.store.find(KEY)
    if not done and (now is None or now.body != body):  # the same record there: our own, by a lost answer
        stage = fetched.stage
        raise DeploymentFailed(
            f"two deploys at once: another one stored Chalice's record of stage {stage} while this one ran. Wait for"
            f" its end, then run nightswap deploy --stage {stage} again: it continues with that record"
        )
    report(Step(PHASE, f"Chalice's record of stage {fetched.stage}", "stored"))


def api_of(record: bytes | None, *, stage: str) -> str | None:
    """The ID of the REST API that a record of the stage names, if it names one; None of what is no such record."""
    try:
        found = documents.decode(record or b"")
    except ValueError:
        return None
    resources = found["resources"] if is_of_stage(found, stage=stage) else []
    return next((each["rest_api_id"] for each in resources if each["resource_type"] == "rest_api"), None)


def one_api(stage: str, *, existing: Existing) -> str | None:
    """The stage's REST API as AWS knows it; raises DeploymentFailed when there are two."""
    apis = existing.apis()
    if len(apis) < 2:
        return apis[0] if apis else None
    removals = "\n".join(f"  aws apigateway delete-rest-api --rest-api-id {api_id}" for api_id in apis)
    raise DeploymentFailed(
        f"stage {stage} has {len(apis)} REST APIs and no record says which one is in use: {', '.join(apis)}. Keep the"
        f" one that your clients call, remove each other one, and repeat the command:\n{removals}",
        apis=list(apis),
    )


def _rebuilt(stage: str, *, existing: Existing, report: Report) -> bytes | None:
    """A record of what exists; None where nothing does, which is how Chalice knows that it starts afresh."""
    record = existing.record(api_id=one_api(stage, existing=existing))
    if not record["resources"]:
        return None
    report(Step(PHASE, f"Chalice's record of stage {stage} was lost: rebuilt from what exists", ""))
    return json.dumps(record, indent=2).encode()


def _is_true(record: bytes, existing: Existing, *, stage: str) -> bool:
    api_id = api_of(record, stage=stage)
    return api_id is not None and existing.api_exists(api_id)


def _difference(own: bytes | None, kept: bytes, *, stage: str) -> str:
    """Why the clone's own record is not used; empty for an ordinary case, which needs no line."""
    mine, theirs = (api_of(each, stage=stage) for each in (own, kept))
    return "" if mine in {None, theirs} else f"(REST API {theirs}); this clone's own named {mine}"


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def write(file: Path, found: dict[str, Any]) -> None:
    """Make a record the clone's own, as Chalice would."""
    _write(file, json.dumps(found, indent=2).encode())


def _write(file: Path, body: bytes | None) -> None:
    if body is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
