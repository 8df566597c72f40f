"""Puts back an object of the bucket that was damaged or deleted, from the versions that S3 keeps of it.

For a key that is written once, the first version is the true one. For any other, the newest readable version is put
back; where there was nothing before the damage, such as a pin that nobody set, the key is empty afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import layout
from chalicelib.approval.waiting import Waiting
from chalicelib.batches.batch_documents import BatchEnded, BatchEstimate, BatchRequest, Tally, TransformRequest
from chalicelib.cutting import quoted
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind, Record, list_of, maybe, number_from_1, text
from chalicelib.edges.object_store import ObjectStore, Stored
from chalicelib.errors import BadRequest, RegistryIncomplete, RequestConflict
from chalicelib.promotion.lease import Leased
from chalicelib.quality.left_out import LeftOutData
from chalicelib.registry import registry
from chalicelib.registry.catalog import Catalog
from chalicelib.registry.judged import Judged
from chalicelib.registry.pin import Pinned
from chalicelib.registry.quarantine import Quarantined

MAY_BE_GONE = re.compile(
    r"models/[^/]+/(pin\.json|judged\.json|waiting\.json|contents\.json|quarantined\.json|quarantine/.*|untold/.*)"
    r"|(locks|tokens)/.*|batches/out/[^/]+/(request|estimate|ended|chunks/[0-9]+)\.json"
    r"|batches/transform/[^/]+/request\.json"
)
"""The keys of what may be gone without a loss: where nothing says that a version waits, nothing of it can go live by
itself, and the next run makes it anew; and a batch that is asked for again goes on from what there is."""
HOLDING: Mapping[re.Pattern[str], Kind] = {
    re.compile(r"models/[^/]+/pin\.json"): Pinned.misfit,
    re.compile(r"models/[^/]+/judged\.json"): Judged.misfit,
    re.compile(r"models/[^/]+/waiting\.json"): Waiting.misfit,
    re.compile(r"models/[^/]+/quarantine/.*"): Quarantined.misfit,
    re.compile(r"models/[^/]+/quarantined\.json"): LeftOutData.misfit,
    re.compile(r"locks/.*"): Leased.misfit,
    re.compile(r"deploy/release\.json"): Record({"format": number_from_1}),
    re.compile(r"deploy/models\.json"): Catalog.misfit,
    re.compile(r"deploy/chalice\.json"): Record(
        {"schema_version": text, "resources": list_of(Record({"name": text, "resource_type": text}))}
    ),
    re.compile(r"batches/out/[^/]+/request\.json"): BatchRequest.misfit,
    re.compile(r"batches/transform/[^/]+/request\.json"): TransformRequest.misfit,
    re.compile(r"batches/out/[^/]+/estimate\.json"): BatchEstimate.misfit,
    re.compile(r"batches/out/[^/]+/ended\.json"): BatchEnded.misfit,
    re.compile(r"batches/out/[^/]+/chunks/[0-9]+\.json"): Tally.misfit,
    re.compile(r"tokens/.*"): Record(
        {"name": text, "sha256": text, "scopes": list_of(text)}, perhaps={"removed_at": maybe(text)}
    ),
}
"""What holds something while it can be read: it is not taken away here, and nothing that it ended comes back, such as
a token that was removed, or a release that is older than the one that serves."""


@dataclass(frozen=True, kw_only=True)
class PutBack:
    key: str
    size_bytes: int | None
    """Of what lies there now; None where nothing does, as before."""


def put_back(store: ObjectStore, *, key: str) -> PutBack:
    """Raises BadRequest for a key that nothing ever lay at, RegistryIncomplete where nothing can be put back."""
    if not key:
        raise BadRequest("name a key, as nightswap verify prints it")
    present = store.find(key)
    if present is not None and _is_in_order(key, present.body):
        raise BadRequest(f"{quoted(key)} is in order, so nothing was changed")
    states = list(store.earlier(key))
    if present is None and not states:
        raise BadRequest(f"nothing ever lay at {quoted(key)}: nightswap verify names the keys")
    if present is None and (_may_be_gone(key) or key.endswith(f"/{registry.PRUNED}")):
        raise BadRequest(f"nothing lies at {quoted(key)}, and that is in order: nightswap verify names what is not")
    wanted = _wanted(key, present, states)
    if wanted is not None:
        is_done = (
            store.put_if_absent(key, wanted.body)
            if present is None
            else store.put_if_match(key, wanted.body, etag=present.etag)
        )
    elif present is not None and _may_be_gone(key):
        is_done = store.delete_if_match(key, etag=present.etag)
    else:
        raise RegistryIncomplete(
            f"the bucket keeps no other version of {key} that can be read, so nothing was changed", key=key
        )
    if not is_done:
        raise RequestConflict(f"somebody wrote {key} meanwhile: look at it with nightswap verify")
    return PutBack(key=key, size_bytes=len(wanted.body) if wanted else None)


def _wanted(key: str, present: Stored | None, states: Sequence[Stored | None]) -> Stored | None:
    """None where nothing is to lie there, or what lies there is right."""
    if _is_written_once(key):
        first = next((each for each in reversed(states) if each and _can_be_read(key, each.body)), None)
        return None if present and first and first.body == present.body else first
    if key == layout.deploy_lock():  # who held it before has died, or has gone on
        return None
    for each in states:
        if each is None and _may_be_gone(key):
            return None
        if each is not None and _can_be_read(key, each.body) and (present is None or each.body != present.body):
            return each
    return None


def _is_in_order(key: str, body: bytes) -> bool:
    """Whether nothing is wrong with what an operator or a run holds by it."""
    shape = next((shape for kind, shape in HOLDING.items() if kind.fullmatch(key)), None)
    if shape is None:
        return False
    held = documents.readable(lambda: documents.read(body, key=key, shape=shape), told=[])
    return held is not None and _place(key, held) == key


def _place(key: str, held: Mapping[str, Any]) -> str:
    """Where it belongs by what it says itself; most say nothing of that."""
    if key.startswith(layout.TOKENS):
        return layout.token(held["sha256"])
    if "/quarantine/" in key:
        return layout.quarantined(held["model"], held["fingerprint"])
    return key


def _is_written_once(key: str) -> bool:
    return key.startswith((layout.LEDGER, layout.EVIDENCE, layout.ERASED)) or "/versions/" in key


def _may_be_gone(key: str) -> bool:
    return MAY_BE_GONE.fullmatch(key) is not None or key in (layout.deploy_lock(), layout.release())


def _can_be_read(key: str, body: bytes) -> bool:
    if not key.endswith(".json") and not key.startswith(layout.LOCKS):
        return bool(body)
    try:
        documents.decode(body)
    except ValueError:
        return False
    return True
