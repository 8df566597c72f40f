from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.api.access import Token
from chalicelib.batches.batch_documents import Tally
from chalicelib.documents import documents
from chalicelib.errors import BadRequest, RegistryIncomplete, RequestConflict
from chalicelib.interventions import putting_back
from chalicelib.registry import registry
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting
from tests.given.interference import with_store
from tests.given.nights import MODEL, outside

PIN, JUDGED, LEASE = layout.pin(MODEL), layout.judged(MODEL), layout.lease(MODEL)
ENTRY, EVIDENCE = layout.ledger_entry(MODEL, 1), layout.evidence(MODEL, 1)
PACKAGE = layout.version(MODEL, 1, "package.zip")
REPORT = layout.run_document("a-run", "report")
TOKEN: dict[str, Any] = {"name": "ops", "sha256": "a", "scopes": ["operate"]}
QUARANTINED: dict[str, Any] = {
    **{"model": MODEL, "model_version": 1, "fingerprint": "f"},
    **{"who": "ada", "why": "slow", "at": "2026-11-26T03:00:00.000Z"},
}


def after(key: str, *bodies: bytes | None) -> FakeOutside:
    """These lay there one after the other; None for a deletion."""
    night = outside()
    for body in bodies:
        if body is None:
            night.store.delete(key)
        else:
            night.store.put(key, body)
    return night


def now(night: FakeOutside, key: str) -> bytes | None:
    stored = night.store.find(key)
    return stored.body if stored else None


@pytest.mark.parametrize(
    ("key", "bodies", "wanted"),
    [
        (PIN, [b"1", b"{"], b"1"),
        (PIN, [b"{"], None),
        (PIN, [b"1", None, b"{"], None),
        (PIN, [b"1", b"{", b"}"], b"1"),
        (JUDGED, [b"1", b"2", b"{"], b"2"),
        (layout.quarantined(MODEL, "f"), [b"{"], None),
        (layout.quarantined_data(MODEL), [b"{"], None),
        (layout.quarantined_data(MODEL), [b'{"files": []}', b"{"], b'{"files": []}'),
        (layout.waiting(MODEL), [b"{"], None),
        (layout.waiting(MODEL), [b"1", b"2", b"{"], b"2"),
        (layout.token("a"), [b"1", b"{"], b"1"),
        (LEASE, [b"1", None, b"{"], None),
        (LEASE, [b"{"], None),
        (layout.deploy_lock(), [b"1", None, b"2"], None),
        (layout.deploy_lock(), [b"1", b"2"], None),
        (layout.release(), [b"{"], None),
        (layout.release(), [b'{"format": 2}', b"[]"], b'{"format": 2}'),
        (layout.catalog(), [b'{"models": ["a"]}', None], b'{"models": ["a"]}'),
        (layout.chalice_record(), [b'{"resources": []}', b"{"], b'{"resources": []}'),
        (layout.chalice_record(), [b"1", b'{"schema_version": "2.0", "resources": [{}]}'], b"1"),
        (layout.batch("b", "request"), [b"[]"], None),
        (layout.batch("b", "estimate"), [b"{"], None),
        (layout.transform("b", "request.json"), [b"{}"], None),
        (layout.batch("b", "ended"), [b"{}"], None),
        (layout.batch_chunk("b", 7), [b"{"], None),
        (REPORT, [b"1", b"2", b"{"], b"2"),
        (REPORT, [b"1", None, b"{"], b"1"),
        (ENTRY, [b"1", None], b"1"),
        (ENTRY, [b"1", b"2", b"{"], b"1"),
        (EVIDENCE, [b"{", b"1", b"2", None], b"1"),
        (PACKAGE, [b"PK1", b"PK2", b""], b"PK1"),
        (layout.dataset(MODEL, "a.csv"), [b"a", None], b"a"),
    ],
)
def test_what_lay_there_before_the_damage_lies_there_again(
    key: str, bodies: list[bytes | None], wanted: bytes | None
) -> None:
    night = after(key, *bodies)

    done = putting_back.put_back(night.store, key=key)

    assert now(night, key) == wanted
    assert done.size_bytes == (len(wanted) if wanted else None)


@pytest.mark.parametrize(
    ("key", "bodies"),
    [(ENTRY, [b"1"]), (ENTRY, [b"1", b"2", b"1"]), (EVIDENCE, [b"{"]), (REPORT, [b"{"]), (REPORT, [b"{", b"}"])],
)
def test_what_nothing_better_is_known_of_stays_as_it_is(key: str, bodies: list[bytes]) -> None:
    night = after(key, *bodies)

    with pytest.raises(
        RegistryIncomplete, match=f"no other version of {key} that can be read, so nothing was changed"
    ):
        putting_back.put_back(night.store, key=key)

    assert now(night, key) == bodies[-1]


def test_key_that_nothing_ever_lay_at_is_refused() -> None:
    with pytest.raises(BadRequest, match="nothing ever lay at 'models/x': nightswap verify names the keys"):
        putting_back.put_back(outside().store, key="models/x")


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (LEASE, {"holder": "a-run"}),
        (PIN, {"model_version": 1, "who": "ada", "why": "audit"}),
        (JUDGED, {"run": "a-run", "fingerprint": "f", "champion": None}),
        (layout.quarantined_data(MODEL), {"files": []}),
        (layout.quarantined(MODEL, "f"), QUARANTINED),
        (layout.waiting(MODEL), a_waiting("a-run").document),
        (layout.release(), {"format": 2}),
        (layout.catalog(), {"models": [MODEL]}),
        (layout.chalice_record(), {"schema_version": "2.0", "resources": [{"name": "a", "resource_type": "b"}]}),
        (layout.batch("b", "estimate"), {"seconds": 3.5}),
        (layout.batch_chunk("b", 7), Tally.none_yet(lines=3).document),
        (layout.token("a"), {**TOKEN, "removed_at": None}),
        (layout.token("a"), {**TOKEN, "removed_at": "2026-11-26T03:00:00.000Z"}),
    ],
)
def test_what_holds_something_and_can_be_read_is_not_taken_away(key: str, body: Any) -> None:
    night = after(key, b"{", documents.encode(body))

    with pytest.raises(BadRequest, match=f"'{key}' is in order, so nothing was changed"):
        putting_back.put_back(night.store, key=key)

    assert now(night, key) == documents.encode(body)


def test_removed_token_does_not_come_back() -> None:
    removed = Token("ops", "a", ("operate",), removed_at="2026-11-26T03:00:00.000Z")
    night = after(removed.key, replace(removed, removed_at=None).to_body(), removed.to_body())

    with pytest.raises(BadRequest, match="is in order, so nothing was changed"):
        putting_back.put_back(night.store, key=removed.key)

    assert now(night, removed.key) == removed.to_body()


def test_quarantine_is_not_lifted(night: FakeOutside) -> None:
    Quarantine(night.edges, MODEL).put("f", model_version=1, who="ada", why="slow")

    with pytest.raises(BadRequest, match="is in order, so nothing was changed"):
        putting_back.put_back(night.store, key=layout.quarantined(MODEL, "f"))

    assert Quarantine(night.edges, MODEL).holds("f")


@pytest.mark.parametrize(
    ("key", "body"),
    [(layout.quarantined(MODEL, "g"), QUARANTINED), (layout.token("b"), {**TOKEN, "removed_at": None})],
)
def test_what_lies_at_a_key_that_is_not_its_own_is_replaced(key: str, body: Any) -> None:
    night = after(key, b"1", documents.encode(body))

    putting_back.put_back(night.store, key=key)

    assert now(night, key) == b"1"


def test_no_key_is_no_key() -> None:
    with pytest.raises(BadRequest, match="name a key"):
        putting_back.put_back(outside().store, key="")


@pytest.mark.parametrize("key", [PIN, LEASE, layout.deploy_lock(), layout.version(MODEL, 1, registry.PRUNED)])
def test_what_was_taken_away_as_it_should_be_does_not_come_back(key: str) -> None:
    with pytest.raises(BadRequest, match=f"nothing lies at '{key}', and that is in order"):
        putting_back.put_back(after(key, b"1", None).store, key=key)


@pytest.mark.parametrize(
    ("key", "bodies", "operation"),
    [
        (PIN, [b"{"], "delete_if_match"),
        (JUDGED, [b"1", b"{"], "put_if_match"),
        (ENTRY, [b"1", None], "put_if_absent"),
    ],
)
def test_what_somebody_writes_meanwhile_stays(key: str, bodies: list[bytes | None], operation: str) -> None:
    night = after(key, *bodies)
    raced = with_store(night.edges, operation, before=lambda: night.store.put(key, b"3"))

    with pytest.raises(RequestConflict, match=f"somebody wrote {key} meanwhile"):
        putting_back.put_back(raced.store, key=key)

    assert now(night, key) == b"3"
