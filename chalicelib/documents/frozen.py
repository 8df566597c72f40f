"""Frozen records of stored documents: each field is declared once, with its type and with what it may hold.

    class Judged(Document):
        run: str = holds(text)
        champion: int | None = holds(maybe(number_from_1))
        waits_as: int | None = holds(maybe(number_from_1), default=None)

    Judged.find(store, key)                       # a Judged, or None; RegistryIncomplete names what is damaged
    Judged(run="r", champion=None).encode()       # the bytes to store; what is not given is not written

A field with a default may be absent, as in documents of an earlier release. A field that the class does not declare
is a later release's and no fault: `document` keeps it.

To change a document so that the release before cannot read it: raise `documents.SCHEMA`, set `SCHEMA` of the class to
the same number, and keep a class for the older form as long as such documents lie in a bucket. From then on
`nightswap deploy` of the release before refuses the stage (`workflows.deploying.release`). All fields stand in
`tests/contract/source/documents.txt`, and `make render` writes no other kind of a field there under the same SCHEMA.

This does what `dataclasses` does, without compiling code for every class at import: that takes 0.8 ms a class, which
every cold start of GET /predict would pay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

from chalicelib import layout
from chalicelib.cutting import quoted
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind, Record, list_of, maybe
from chalicelib.edges.object_store import ObjectStore

_REQUIRED = object()


class _Field:
    """What a field may hold, and how its value is made of the JSON value."""

    __slots__ = ("default", "kind", "name", "read")

    def __init__(self, kind: Kind, read: Callable[[Any], Any], default: Any) -> None:
        self.kind, self.read, self.default = kind, read, default

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    def __get__(self, record: Document | None, _: type) -> Any:
        """The value is made when it is first asked for, and stays in the record, which then hides the field: of a
        document of 10,000 objects most are never looked at."""
        if record is None:
            return self
        own = record.__dict__
        document, name = own["_document"], self.name
        value = self.read(document[name]) if name in document else self.default
        own[name] = value
        return value


def holds(kind: Kind, *, default: Any = _REQUIRED) -> Any:
    """A field whose value is the JSON value as it is."""
    return _Field(kind, lambda value: value, default)


def holds_one(record: type[Document], *, default: Any = _REQUIRED) -> Any:
    """A field that is a record of its own; it may be null where it has a default."""
    kind = record.misfit if default is _REQUIRED else maybe(record.misfit)
    return _Field(kind, lambda value: None if value is None else record.of(value), default)


def holds_maybe(record: type[Document]) -> Any:
    """A field that is a record of its own or null, and never missing."""
    return _Field(maybe(record.misfit), lambda value: None if value is None else record.of(value), _REQUIRED)


def holds_many(record: type[Document], *, default: Any = _REQUIRED) -> Any:
    """A field that is a tuple of records."""
    return _Field(list_of(record.misfit), lambda value: tuple(map(record.of, value)), default)


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(holds, holds_one, holds_maybe, holds_many)
)
class Document:
    """The base of all records: `Class(field=value, ...)` makes a new one, `find` and `read` one that is stored."""

    SCHEMA: ClassVar[int] = 1
    """The value of `documents.SCHEMA` when this kind of document last changed."""
    IN_ONE_LINE: ClassVar[bool] = False
    """Whether it has an entry for every object of a data set, and is not indented for that."""
    _fields: ClassVar[Mapping[str, _Field]]
    _shape: ClassVar[Record]

    def __init_subclass__(cls) -> None:
        if cls.SCHEMA > documents.SCHEMA:
            raise TypeError(f"{cls.__name__} is of schema {cls.SCHEMA}, documents.SCHEMA is {documents.SCHEMA}")
        cls._fields = {name: each for name, each in vars(cls).items() if isinstance(each, _Field)}
        required = {name: each.kind for name, each in cls._fields.items() if each.default is _REQUIRED}
        others = {name: each.kind for name, each in cls._fields.items() if name not in required}
        cls._shape = Record(required, perhaps=others)

    def __init__(self, **given: Any) -> None:
        unknown = given.keys() - self._fields.keys()
        document = {name: _as_json(value) for name, value in given.items()}
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        vars(self)["_document"] = self.made_of(document).document

    @classmethod
    def made_of(cls, document: Mapping[str, Any]) -> Self:
        """A new one of a whole document, which may have more fields. Raises TypeError for what does not fit."""
        if misfit := cls.misfit(document):
            raise TypeError(f"{cls.__name__}{misfit}")
        return cls.of({"schema": cls.SCHEMA, **document} if cls.SCHEMA > 1 else document)

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        """A kind, as in `chalicelib.documents.shapes`: what is wrong with a value as a document of this class."""
        return cls._shape(value)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """The record of a document that fits."""
        record = cls.__new__(cls)
        record.__dict__["_document"] = document
        return record

    @classmethod
    def read(cls, body: bytes, *, key: str) -> Self:
        """What is stored at the key; raises RegistryIncomplete when it does not fit, or is of another run."""
        return cls.of(documents.read(body, key=key, shape=lambda found: cls.misfit(found) or _misplaced(found, key)))

    @classmethod
    def find(cls, store: ObjectStore, key: str) -> Self | None:
        """None when there is none; raises RegistryIncomplete when what is there does not fit."""
        stored = store.find(key)
        return None if stored is None else cls.read(stored.body, key=key)

    def put_if_absent(self, store: ObjectStore, key: str) -> Self:
        """Put it, unless somebody was first; returns what stands. Raises RegistryIncomplete when that is gone."""
        store.put_if_absent(key, self.encode())
        stored = store.find(key)
        return self.read(stored.body if stored else b"", key=key)

    def but(self, **changes: Any) -> Self:
        """The same with other values in these fields; what a later release added stays."""
        given = {name: getattr(self, name) for name in self._fields if name in self.document}
        return self.of({**self.document, **type(self)(**{**given, **changes}).document})

    def encode(self) -> bytes:
        return (documents.in_one_line if self.IN_ONE_LINE else documents.encode)(self.document)

    @property
    def document(self) -> Mapping[str, Any]:
        """The whole document, fields of a later release included: for who shows it, or compares it with another."""
        found: Mapping[str, Any] = vars(self)["_document"]
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.document == other.document

    def __hash__(self) -> int:
        return hash(frozenset(self.document))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.document})"


def _as_json(value: Any) -> Any:
    if isinstance(value, Document):
        return value.document
    return [_as_json(each) for each in value] if isinstance(value, list | tuple) else value


def _misplaced(document: Mapping[str, Any], key: str) -> str | None:
    """What lies below `runs/RUN/`, and says of which run it is, has to be of that run."""
    run = key.removeprefix(layout.RUNS).partition("/")[0] if key.startswith(layout.RUNS) else None
    said = document.get("run")
    return f" is of run {quoted(said)}" if run and isinstance(said, str) and said != run else None
