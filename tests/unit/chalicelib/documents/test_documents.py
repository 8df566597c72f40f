from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.documents import documents
from chalicelib.documents.shapes import Record, count, list_of, maybe, moment, number, table_of, text
from chalicelib.errors import RegistryIncomplete
from tests.fakes.store import InMemoryStore

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_document_is_read_as_it_was_written(document: Any) -> None:
    assert documents.decode(documents.encode(document)) == document


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_equal_documents_are_equal_bytes(document: dict[str, Any]) -> None:
    reversed_order = dict(reversed(document.items()))

    assert documents.encode(document) == documents.encode(reversed_order)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_know_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        documents.encode({"ratio": number})


def test_document_of_the_store_is_found_or_none() -> None:
    store = InMemoryStore()
    store.put("runs/r/request.json", b'{"model": "m"}')

    assert documents.find(store, "runs/r/request.json") == {"model": "m"}
    assert documents.find(store, "runs/r/outcome.json") is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1"])
def test_damaged_document_of_the_store_is_named(body: bytes) -> None:
    store = InMemoryStore()
    store.put("runs/r/request.json", body)

    with pytest.raises(RegistryIncomplete, match=r"runs/r/request\.json is damaged: its") as raised:
        documents.find(store, "runs/r/request.json")

    assert raised.value.details == {"key": "runs/r/request.json"}


def test_document_that_gives_a_name_twice_is_damaged_wherever_it_does() -> None:
    body = b'{"outcome": [{"kind": "promoted"}, {"kind": "promoted", "kind": "rejected"}]}'

    with pytest.raises(RegistryIncomplete, match=r"runs/r/outcome\.json is damaged: it gives 'kind' more than once"):
        documents.read(body, key="runs/r/outcome.json")


def test_document_can_be_read_by_people() -> None:
    assert documents.encode({"b": "ä", "a": 1}).decode() == '{\n "a": 1,\n "b": "ä"\n}'


def test_document_of_many_entries_is_the_same_in_one_line() -> None:
    document = {"b": ["ä", None], "a": {"d": 1, "c": 0.5}}

    assert documents.in_one_line(document).decode() == '{"a":{"c":0.5,"d":1},"b":["ä",null]}'
    assert documents.decode(documents.in_one_line(document)) == documents.decode(documents.encode(document))
    with pytest.raises(ValueError, match="not JSON compliant"):
        documents.in_one_line({"ratio": float("nan")})


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)))
def test_timestamp_is_the_moment_in_utc_to_the_millisecond(moment: datetime) -> None:
    written = documents.timestamp(moment)

    assert written.endswith("Z")
    difference = moment.astimezone(UTC) - datetime.fromisoformat(written)
    assert timedelta(0) <= difference < timedelta(milliseconds=1)


def test_timestamp_of_another_zone_is_in_utc() -> None:
    tokyo = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=9)))

    assert documents.timestamp(tokyo) == "2026-11-21T03:00:00.000Z"
    assert json.loads(documents.encode(documents.timestamp(tokyo))) == "2026-11-21T03:00:00.000Z"


@pytest.mark.parametrize(
    "body",
    [b"NaN", b"[1e999]", b'{"a": -Infinity}', b'"\\ud800"', b"[" * 100_000, b'{"a": "\\udfff"}'],
)
def test_what_could_not_be_written_is_not_read(body: bytes) -> None:
    with pytest.raises(RegistryIncomplete, match="are no JSON"):
        documents.read(body, key="a-key")


def test_later_schema_is_told_from_damage() -> None:
    with pytest.raises(RegistryIncomplete, match="a-key is of schema 5, this release of nightswap reads 4: use the"):
        documents.read(b'{"schema": 5}', key="a-key")


SHAPE = Record({"name": text, "rows": list_of(count)}, perhaps={"at": moment, "share": table_of(maybe(number))})


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "it is no object"),
        ({"rows": []}, "in it name is missing"),
        ({"name": 1, "rows": []}, "in it name is no text"),
        ({"name": "a", "rows": {}}, "in it rows is no list"),
        ({"name": "a", "rows": [1, True]}, r"in it rows\[1\] is no whole number from 0"),
        ({"name": "a", "rows": [], "at": "2026-11-21T03:00"}, "in it at is a time without a zone"),
        ({"name": "a", "rows": [], "share": {"x": "y"}}, r"in it share\['x'\] is no number"),
    ],
)
def test_what_does_not_fit_its_shape_is_named_by_its_place(document: Any, problem: str) -> None:
    with pytest.raises(
        RegistryIncomplete, match=f"a-key is damaged: {problem}; put an earlier version of the object"
    ):
        documents.read(documents.encode(document), key="a-key", shape=SHAPE)


def test_field_of_a_later_release_is_no_fault() -> None:
    later = {"name": "a", "rows": [1], "at": "2026-11-21T03:00:00Z", "new": [{}], "share": {"x": None}}

    assert documents.read(documents.encode(later), key="a-key", shape=SHAPE) == later
