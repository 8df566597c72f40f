from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_many, holds_maybe, holds_one
from chalicelib.documents.shapes import count, maybe, text
from chalicelib.errors import RegistryIncomplete
from tests.fakes.store import InMemoryStore

KEY = "models/m/whole.json"


class Part(Document):
    name: str = holds(text)
    rows: int | None = holds(maybe(count), default=None)


class Whole(Document):
    parts: tuple[Part, ...] = holds_many(Part)
    main: Part = holds_one(Part)
    spare: Part | None = holds_one(Part, default=None)
    others: tuple[Part, ...] = holds_many(Part, default=())


class Long(Document):
    IN_ONE_LINE = True

    parts: tuple[Part, ...] = holds_many(Part)


class Half(Document):
    part: Part | None = holds_maybe(Part)
    rows: int = holds(count, default=0)


WHOLE = Whole(parts=(Part(name="a", rows=1), Part(name="b")), main=Part(name="a"))


def holding(body: bytes) -> InMemoryStore:
    store = InMemoryStore()
    store.put(KEY, body)
    return store


def test_record_is_read_as_it_was_written() -> None:
    found = Whole.find(holding(WHOLE.encode()), KEY)

    assert found == WHOLE
    assert hash(found) == hash(WHOLE)
    assert [(each.name, each.rows) for each in WHOLE.parts] == [("a", 1), ("b", None)]


def test_equal_records_have_one_hash_however_their_numbers_are_spelled() -> None:
    written, rewritten = (Part.of({"name": "a", "rows": rows}) for rows in (1, 1.0))

    assert written == rewritten
    assert hash(written) == hash(rewritten)


def test_what_is_not_given_is_not_written() -> None:
    assert documents.decode(WHOLE.encode()) == {
        "parts": [{"name": "a", "rows": 1}, {"name": "b"}],
        "main": {"name": "a"},
    }
    assert (WHOLE.spare, WHOLE.others) == (None, ())


def test_field_with_a_default_may_be_null_or_absent() -> None:
    assert Whole.read(b'{"parts": [], "main": {"name": "a"}, "spare": null}', key=KEY).spare is None


def test_field_of_a_later_release_is_kept_in_the_document() -> None:
    found = Part.read(b'{"name": "a", "of": "later"}', key=KEY)

    assert found.document == {"name": "a", "of": "later"}
    assert documents.decode(found.encode()) == {"name": "a", "of": "later"}
    assert found != Part(name="a")


def test_field_that_is_a_record_or_null_is_never_missing() -> None:
    assert [Half.read(Half(part=part).encode(), key=KEY).part for part in (None, Part(name="a"))] == [
        None,
        Part(name="a"),
    ]
    with pytest.raises(RegistryIncomplete, match="in it part is missing"):
        Half.read(b"{}", key=KEY)


def test_record_with_other_values_in_some_fields_keeps_those_of_a_later_release() -> None:
    found = Part.read(b'{"name": "a", "of": "later"}', key=KEY)

    assert found.but(rows=1).document == {"name": "a", "of": "later", "rows": 1}
    assert (Half(part=None).but(part=Part(name="b")), found.rows) == (Half(part=Part(name="b")), None)
    with pytest.raises(TypeError, match=r"Part\.rows is no whole number"):
        found.but(rows="x")


def test_record_of_many_entries_is_written_in_one_line_and_read_either_way() -> None:
    long = Long(parts=WHOLE.parts)

    assert long.encode() == b'{"parts":[{"name":"a","rows":1},{"name":"b"}]}'
    assert Long.read(long.encode(), key=KEY) == Long.read(documents.encode(long.document), key=KEY) == long


def test_field_is_made_when_it_is_first_asked_for_and_stays() -> None:
    made: list[str] = []

    class Watched(Document):
        name: str = holds(text)

        @classmethod
        def of(cls, document: Mapping[str, Any]) -> Self:
            made.append(document["name"])
            return super().of(document)

    class Many(Document):
        each: tuple[Watched, ...] = holds_many(Watched)

    many = Many.read(b'{"each": [{"name": "a"}, {"name": "b"}]}', key=KEY)
    before = list(made)

    assert [one.name for one in many.each] == [again.name for again in many.each] == ["a", "b"]
    assert (before, made) == ([], ["a", "b"])


def test_record_of_nothing_is_none() -> None:
    assert Part.find(InMemoryStore(), KEY) is None


def test_first_record_that_is_put_at_a_key_stands() -> None:
    store = InMemoryStore()

    assert Part(name="a").put_if_absent(store, KEY) == Part(name="a")
    assert Part(name="b").put_if_absent(store, KEY) == Part(name="a")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "its 1 bytes are no JSON"),
        (b"[]", "it is no object"),
        (b'{"main": {"name": "a"}}', "in it parts is missing"),
        (b'{"parts": [{"name": "a"}, {}], "main": {"name": "a"}}', r"in it parts\[1\].name is missing"),
        (b'{"parts": [], "main": null}', "in it main is no object"),
        (b'{"parts": [], "main": {"name": "a"}, "spare": {"name": 1}}', "in it spare.name is no text"),
    ],
)
def test_what_does_not_fit_is_named_by_key_and_place(body: bytes, problem: str) -> None:
    with pytest.raises(RegistryIncomplete, match=f"{KEY} is damaged: {problem}; put an earlier version"):
        Whole.find(holding(body), KEY)


@pytest.mark.parametrize(("said", "is_read"), [({"run": "run-1"}, True), ({}, True), ({"run": "run-2"}, False)])
def test_document_of_a_run_that_names_another_is_damaged(said: dict[str, Any], is_read: bool) -> None:
    body, key = documents.encode({"name": "a", **said}), layout.run_document("run-1", "outcome")

    if is_read:
        assert Part.read(body, key=key).name == "a"
    else:
        with pytest.raises(
            RegistryIncomplete, match=r"^runs/run-1/outcome\.json is damaged: it is of run 'run-2'; put"
        ):
            Part.read(body, key=key)


def test_document_of_a_later_schema_is_refused_with_the_way_out() -> None:
    later = documents.encode({"name": "a", "schema": documents.SCHEMA + 1})

    with pytest.raises(RegistryIncomplete, match=f"{KEY} is of schema 5, .* reads 4: use the release that wrote it"):
        Part.find(holding(later), KEY)


def test_document_of_the_first_schema_may_say_so() -> None:
    assert Part.read(b'{"name": "a", "schema": 1}', key=KEY).name == "a"


@pytest.mark.parametrize("schema", range(1, documents.SCHEMA + 1))
def test_record_says_its_schema_from_the_second_on_so_that_an_older_release_refuses_it(schema: int) -> None:
    class Changed(Document):
        SCHEMA = schema
        name: str = holds(text)

    written = documents.decode(Changed(name="a").encode())

    assert written == ({"name": "a"} if schema == 1 else {"name": "a", "schema": schema})


def test_class_of_a_later_schema_than_the_release_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Later is of schema 5, documents\.SCHEMA is 4"):

        class Later(Document):
            SCHEMA = documents.SCHEMA + 1


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Part(), r"Part\.name is missing"),  # type: ignore[call-arg]
        (lambda: Part(name=1), r"Part\.name is no text"),  # type: ignore[arg-type]
        (lambda: Part(name="a", b=1, c=2), "Part has no field b, c"),  # type: ignore[call-arg]
    ],
)
def test_record_that_its_reader_would_refuse_is_not_made(make: Callable[[], Any], problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        make()


def test_new_record_of_a_whole_document_keeps_what_the_class_does_not_declare() -> None:
    made = Part.made_of({"name": "a", "measured": [1]})

    assert documents.decode(made.encode()) == {"name": "a", "measured": [1]}
    with pytest.raises(TypeError, match=r"Part\.name is missing"):
        Part.made_of({"measured": [1]})


def test_record_does_not_change() -> None:
    with pytest.raises(AttributeError, match="Part is frozen"):
        WHOLE.main.name = "b"  # type: ignore[misc]


def test_record_shows_what_it_holds() -> None:
    assert repr(Part(name="a")) == "Part({'name': 'a'})"
