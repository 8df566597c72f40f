"""The content that a version was trained on is found by its version, else by its content."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from chalicelib import layout
from chalicelib.edges.object_versions import ObjectVersion
from chalicelib.errors import CommandFailed
from chalicelib.registry.manifest import Source
from tests.fakes.edges import FakeOutside
from tests.fakes.store import InMemoryVersions
from tests.given.nights import MODEL
from workflows.checking.same_content import etag
from workflows.rebuilding import contents

NAME = "night.csv"
KEY, REMOVED = layout.dataset(MODEL, NAME), layout.removed(MODEL, NAME)
BODY = b"rows"


class Expiring(InMemoryVersions):
    """Versions of which some are gone once they have been listed."""

    def __init__(self, outside: FakeOutside, gone: Collection[str]) -> None:
        super().__init__(outside.store, history=outside.history)
        self._gone_since = gone

    def read(self, version: ObjectVersion) -> bytes | None:
        return None if version.version_id in self._gone_since else super().read(version)


def put(outside: FakeOutside, key: str, body: bytes = BODY) -> str:
    """Returns its version ID."""
    outside.store.put(key, body)
    return outside.versions.list(key)[0].version_id


def read(outside: FakeOutside, *, version_id: str | None, tag: str | None = etag(BODY), gone: str = "") -> bytes:
    source = Source.of({"name": NAME, "etag": tag, **({"version_id": version_id} if version_id else {})})
    return contents.read(Expiring(outside, {gone}), source, model=MODEL, model_version=1)


@pytest.mark.parametrize("tag", [etag(BODY), None])
def test_version_is_read_by_its_id_whatever_lies_there_now(tag: str | None, night: FakeOutside) -> None:
    of_then = put(night, KEY)
    put(night, KEY, b"others")

    assert read(night, version_id=of_then, tag=tag) == BODY


@pytest.mark.parametrize("elsewhere", [KEY, REMOVED])
@pytest.mark.parametrize("is_known", [True, False], ids=["its version has expired", "no version was kept"])
def test_without_its_version_any_of_the_same_content_is_read(
    elsewhere: str, is_known: bool, night: FakeOutside
) -> None:
    of_then = put(night, KEY)
    put(night, elsewhere)
    put(night, KEY, b"others")
    night.store.delete(KEY)

    assert read(night, version_id=of_then if is_known else None, gone=of_then) == BODY


@pytest.mark.parametrize("other", [f"{KEY}.gz", layout.dataset("loans", NAME)])
def test_same_content_under_another_name_is_not_read(other: str, night: FakeOutside) -> None:
    of_then = put(night, KEY)
    put(night, other)
    night.store.delete(KEY)

    with pytest.raises(CommandFailed, match=r"night\.csv is gone as version 1 of kdd99-http was trained on it"):
        read(night, version_id=of_then, gone=of_then)


def test_another_content_is_not_read_for_want_of_an_entity_tag(night: FakeOutside) -> None:
    put(night, KEY)

    with pytest.raises(CommandFailed, match="is gone"):
        read(night, version_id=None, tag=None)
