"""The bucket in memory answers as S3 does."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.history import History
from tests.fakes.store import InMemoryStore


def test_what_was_put_is_found_until_it_is_deleted() -> None:
    store = InMemoryStore()

    store.put("a", b"1")

    found = store.find("a")
    assert found is not None and found.body == b"1"
    store.delete("a")
    store.delete("a")
    assert store.find("a") is None


def test_put_if_absent_is_won_once() -> None:
    store = InMemoryStore()

    assert store.put_if_absent("a", b"1")
    assert not store.put_if_absent("a", b"2")

    store.copy("a", "b")
    found = store.find("b")
    assert found is not None and found.body == b"1"


def test_conditional_writes_and_deletes_want_the_present_entity_tag() -> None:
    store = InMemoryStore()
    store.put("a", b"1")
    first = store.find("a")
    assert first is not None

    assert store.put_if_match("a", b"2", etag=first.etag)

    assert not store.put_if_match("a", b"3", etag=first.etag)
    assert not store.delete_if_match("a", etag=first.etag)
    assert not store.put_if_match("missing", b"3", etag=first.etag)
    second = store.find("a")
    assert second is not None and store.delete_if_match("a", etag=second.etag)


def test_equal_content_has_the_same_entity_tag_under_any_key() -> None:
    store = InMemoryStore()

    store.put("a", b"1")
    store.put("b", b"1")

    first, second = store.list("")
    assert first.etag == second.etag


def test_a_listing_is_in_order_of_the_keys_and_ends_at_the_prefix() -> None:
    clock = FakeClock()
    store = InMemoryStore(clock=clock)
    for key in ("p/b", "p/a", "q/c"):
        store.put(key, b"12")

    listed = store.list("p/")

    assert [(each.key, each.size_bytes, each.modified_at) for each in listed] == [
        ("p/a", 2, clock()),
        ("p/b", 2, clock()),
    ]


def test_copying_what_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        InMemoryStore().copy("missing", "target")


def test_the_history_holds_every_change_and_no_refusal() -> None:
    history = History(clock=FakeClock())
    store = InMemoryStore(history=history)

    store.put("a", b"1" * 300)
    store.put_if_absent("a", b"2")
    store.delete("a")
    store.delete("a")

    assert [(effect.operation, effect.subject) for effect in history.effects] == [("put", "a"), ("delete", "a")]
    assert "111..." in str(history)
