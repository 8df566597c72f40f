"""A bucket in a folder answers as the one in memory does, which answers as S3 does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import ObjectUnreadable
from tests.fakes.store import InMemoryStore
from workflows.rebuilding.folder_store import FolderStore

KEYS = st.sampled_from(["a/b", "a/c", "a/d/e", "ab", "f"])
BODIES = st.sampled_from([b"", b"1", b"2", b"34"])
CALLS = st.one_of(
    st.tuples(st.sampled_from(["find", "digest"]), KEYS),
    st.tuples(st.sampled_from(["put", "put_if_absent", "put_if_match"]), KEYS, BODIES),
    st.tuples(st.sampled_from(["delete", "delete_if_match"]), KEYS),
    st.tuples(st.just("copy"), KEYS, KEYS),
    st.tuples(st.just("list"), st.sampled_from(["", "a", "a/", "a/d/", "f", "nothing/"])),
)


def answered(store: ObjectStore, call: tuple[Any, ...], *, seen: list[str]) -> Any:
    """What the store answers; conditional calls expect the entity tag that was seen last, of whatever object."""
    name, *given = call
    if name == "find":
        found = store.find(*given)
        seen.extend([found.etag] if found else [])
        return found and (found.body, found.etag)
    if name == "digest":
        told = store.digest(*given)
        return told and (told.sha256, told.size_bytes)
    if name == "list":
        return [(each.key, each.etag, each.size_bytes) for each in store.list(*given)]
    if name == "copy" and (store.find(given[0]) is None or given[0] == given[1]):
        return None
    beside = {"etag": seen[-1] if seen else "none"} if name.endswith("_match") else {}
    return getattr(store, name)(*given, **beside)


def test_folder_keeps_no_versions(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a/b", b"1")

    assert store.version_id("a/b") is None


@given(calls=st.lists(CALLS, max_size=20))
def test_a_folder_answers_every_call_as_the_bucket_in_memory(
    calls: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, memory = FolderStore(tmp_path_factory.mktemp("bucket")), InMemoryStore()
    seen: tuple[list[str], list[str]] = ([], [])

    for call in calls:
        assert answered(folder, call, seen=seen[0]) == answered(memory, call, seen=seen[1])


@pytest.mark.parametrize("key", ["../escaped", "/escaped", "a/../../../escaped", "a//b", "a/./b", "a\0b", ""])
def test_key_that_would_lie_elsewhere_is_refused_by_every_call(key: str, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "bucket")
    store.put("a", b"1")
    calls: list[Callable[[], object]] = [
        lambda: store.find(key),
        lambda: store.put(key, b"1"),
        lambda: store.put_if_absent(key, b"1"),
        lambda: store.put_if_match(key, b"1", etag="e"),
        lambda: store.delete(key),
        lambda: store.delete_if_match(key, etag="e"),
        lambda: store.copy("a", key),
        lambda: store.copy(key, "b"),
    ]

    for call in calls:
        with pytest.raises(ObjectUnreadable, match="as a path it would lie elsewhere"):
            call()

    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == ["a"]


def test_what_is_written_over_one_of_two_keys_of_a_content_leaves_the_other(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a/b", b"1")
    store.copy("a/b", "c/d")

    store.put("a/b", b"2")

    assert [present.body if (present := store.find(key)) else None for key in ("a/b", "c/d")] == [b"2", b"1"]
    assert list(store.earlier("a/b")) == []
