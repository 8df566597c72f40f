"""Checks whether Chalice will find its REST API again. Without its record it silently makes a second one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import StackMissing
from chalicelib.names import Names
from workflows.deploying.record import KEY, api_of, path
from workflows.doctor.finding import Finding, error, note, ok, warning

ARN = re.compile(r"arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:")


def check_record(names: Names, *, root: Path, store: ObjectStore, apis: Sequence[str]) -> Iterator[Finding]:
    """The clone's record and the bucket's against the REST APIs that call the stage's function."""
    file = path(names.stage, root=root)
    where = file.relative_to(root).as_posix()
    own = file.read_bytes() if file.exists() else None
    named = [
        api_of(each, stage=names.stage) for each in (_kept(store), own)
    ]  # in the order in which a deployment takes them
    known = next((api for api in named if api in apis), None)
    yield from _elsewhere(own, names, where=where)
    if not apis:
        yield ok("the stage has no REST API yet", where=where)
    elif len(apis) > 1 and not known:
        removal = "; ".join(f"aws apigateway delete-rest-api --rest-api-id {api}" for api in apis)
        what = f"the stage has {len(apis)} REST APIs, {', '.join(apis)}, and no record says which is in use"
        yield error(
            what, where=where, way_out=f"keep the one that your clients call and remove each other: {removal}"
        )
    elif len(apis) > 1:
        extra = min({*apis} - {known})
        what = f"the stage has {len(apis)} REST APIs, and the record names {known}"
        way_out = f"aws apigateway delete-rest-api --rest-api-id {extra}"
        yield warning(what, where=where, way_out=way_out)
    elif named[1] in apis:
        yield ok(f"names the stage's REST API {apis[0]}", where=where)
    else:
        source = "fetches it from the bucket" if known else "rebuilds it from what exists"
        what = f"does not name the stage's REST API {apis[0]}: chalice deploy would make a second one"
        yield warning(what, where=where, way_out=f"nightswap deploy --stage {names.stage}, which {source}")


def _kept(store: ObjectStore) -> bytes | None:
    """The bucket's copy; None where there is none, or no bucket."""
    try:
        stored = store.find(KEY)
    except StackMissing:
        return None
    return stored.body if stored else None


def _elsewhere(own: bytes | None, names: Names, *, where: str) -> Iterator[Finding]:
    """A record of another account or region: the stage was deployed with other credentials."""
    for region, account in sorted(set(ARN.findall((own or b"").decode(errors="replace")))):
        if (region, account) != (names.region, names.account):
            what = (
                f"is of account {account} in {region}, and these credentials are of {names.account} in {names.region}"
            )
            taken = f"nightswap deploy --stage {names.stage} takes the right record"
            yield note(what, where=where, way_out=f"check profile and region; {taken}")
