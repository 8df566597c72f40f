"""No field of a stored document changes under the schema that it has: an older release would be let near it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import ByKind, Kind, Record, count, list_of, maybe, number, one_of, table_of, text
from chalicelib.registry.run_documents import Profile
from lambdas.parts import PartList
from tests.contract.source import documents
from tests.contract.source.documents import COMMITTED, fields, parsed, refused, rendered, words


class Part(Document):
    key: str = holds(text)


class Listed(Document):
    parts: tuple[Part, ...] = holds_many(Part)
    rows: int | None = holds(maybe(count), default=None)


FIELDS = fields([Listed])
BEFORE = rendered(4, FIELDS)


def test_what_is_committed_is_what_the_records_hold() -> None:
    committed = COMMITTED.read_text()

    assert refused(committed, documents.said()) is None
    assert committed.splitlines() == documents.said().splitlines(), "can an older release read it? Then `make render`"


def test_records_of_the_core_and_of_the_tasks_are_in_the_table() -> None:
    assert {Profile, PartList} <= {*documents.records()}


def test_table_is_read_as_it_was_written() -> None:
    assert parsed(BEFORE) == (
        4,
        {"test_documents.Listed.parts": "list_of(Part)", "test_documents.Listed.rows?": "maybe(count)"},
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (text, "text"),
        (list_of(maybe(number)), "list_of(maybe(number))"),
        (one_of("a", None), "one_of('a' None)"),
        (Record({"a": text}, perhaps={"b": count}), "{a: text, b?: count}"),
        (ByKind({"n": Record({"m": number}), "t": text}), "n {m: number} or t text"),
        (table_of(Part.misfit), "table_of(Part)"),
    ],
)
def test_kind_is_told_with_all_that_it_is_made_of(kind: Kind, expected: str) -> None:
    assert words(kind) == expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Listed.rows?": "maybe(number)"}, "test_documents.Listed.rows? was maybe(count), and is maybe(number)"),
        ({"Listed.parts": None}, "test_documents.Listed.parts is gone, which is read as required"),
        ({"Listed.rows?": None, "Listed.rows": "count"}, "test_documents.Listed.rows is required now"),
        ({"Listed.at": "moment"}, "test_documents.Listed.at is new and required, and older documents lack it"),
        ({"Listed.at?": "moment"}, None),
        ({"Listed.rows?": None}, None),
        ({"Other.at": "moment"}, None),
    ],
)
def test_change_that_an_older_release_cannot_read_needs_a_higher_schema(
    changes: dict[str, Any], said: str | None
) -> None:
    found = {**FIELDS, **{f"test_documents.{name}": kind for name, kind in changes.items()}}
    after = {name: kind for name, kind in found.items() if kind is not None}

    problem = refused(BEFORE, rendered(4, after))

    assert (problem or "").rpartition("): ")[2] == (said or "")
    assert refused(BEFORE, rendered(5, after)) is None


def test_column_of_another_kind_in_a_profile_would_have_been_noticed() -> None:
    """As arrays came in, under the schema of before."""
    schema, found = parsed(COMMITTED.read_text())
    name = "run_documents.DataProfile.columns"
    before = {**found, name: found[name].replace(" or array {medians: list_of(maybe(number))}", "")}

    assert before[name] != found[name]
    assert refused(rendered(schema, before), rendered(schema, found))
