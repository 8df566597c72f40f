"""The fields of every record of a stored document, beside which they are committed: `make render`.

A field of another kind, or one that is new and required, or gone though it was required, is none that the release
before can read: such a table is written under a higher `documents.SCHEMA` alone.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from chalicelib.documents import documents
from chalicelib.documents.frozen import Document
from chalicelib.documents.shapes import ByKind, Record
from tests.contract.source.sources import ROOT

COMMITTED = Path(__file__).with_suffix(".txt")
FOLDERS = ("chalicelib", "lambdas", "workflows")
HEAD = "documents.SCHEMA "
DEFINES = re.compile(r"^class \w+\((?:frozen\.)?Document\):$", re.MULTILINE)

Fields = Mapping[str, str]
"""By `MODULE.RECORD.FIELD` its kind in words; a field that may be left out ends in a question mark."""


def records() -> list[type[Document]]:
    """Of the product, in the order of their names."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if DEFINES.search(path.read_text()):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = (each for each in Document.__subclasses__() if each.__module__.split(".")[0] in FOLDERS)
    return sorted(found, key=_name)


def fields(of: list[type[Document]]) -> Fields:
    return {
        f"{_name(record)}.{name}{'' if name in record._shape.fields else '?'}": words(field.kind)
        for record in of
        for name, field in record._fields.items()
    }


def words(kind: Any) -> str:
    """A kind of `chalicelib.documents.shapes`, with all that it is made of."""
    if isinstance(kind, Record):
        told = [f"{name}: {words(each)}" for name, each in kind.fields.items()]
        return f"{{{', '.join([*told, *(f'{name}?: {words(each)}' for name, each in kind.perhaps.items())])}}}"
    if isinstance(kind, ByKind):
        return " or ".join(f"{name} {words(each)}" for name, each in kind.kinds.items())
    if isinstance(kind, MethodType):  # of a record: `misfit`
        return str(getattr(kind.__self__, "__name__", kind.__self__))
    if isinstance(kind, FunctionType):
        made_of = [words(cell.cell_contents) for cell in kind.__closure__ or ()]
        name = kind.__qualname__.partition(".")[0]
        return f"{name}({', '.join(made_of)})" if made_of else name
    return " ".join(map(words, kind)) if isinstance(kind, tuple) else repr(kind)


def rendered(schema: int, found: Fields) -> str:
    return "\n".join([f"{HEAD}{schema}", *(f"{name}: {kind}" for name, kind in found.items()), ""])


def parsed(text: str) -> tuple[int, Fields]:
    """What `rendered` wrote."""
    head, *lines = text.splitlines()
    return int(head.removeprefix(HEAD)), dict(line.split(": ", 1) for line in lines)


def unreadable(before: Fields, after: Fields) -> Iterator[str]:
    """The changes after which the release before does not read what this one writes, or the other way round."""
    for name, kind in before.items():
        is_required = not name.endswith("?")
        if name in after and after[name] != kind:
            yield f"{name} was {kind}, and is {after[name]}"
        elif name not in after and is_required:
            yield f"{name} is gone, which is read as required"
    known = {name.removesuffix("?") for name in before}
    kept = {name.rpartition(".")[0] for name in before}
    for name in after.keys() - before.keys():
        if name.rpartition(".")[0] in kept and not name.endswith("?"):
            how = "is required now" if name in known else "is new and required, and older documents lack it"
            yield f"{name} {how}"


def refused(committed: str, now: str) -> str | None:
    """Why `now` may not take the place of what is committed; None where it may."""
    (schema, before), (later, after) = parsed(committed), parsed(now)
    changes = sorted(unreadable(before, after))
    if not changes or later > schema:
        return None
    return (
        f"raise documents.SCHEMA, and SCHEMA of the document (chalicelib/documents/frozen.py): {'; '.join(changes)}"
    )


def said() -> str:
    return rendered(documents.SCHEMA, fields(records()))


def _name(record: type[Document]) -> str:
    return f"{record.__module__.rpartition('.')[2]}.{record.__qualname__}"


if __name__ == "__main__":
    if problem := refused(COMMITTED.read_text(), said()):
        raise SystemExit(problem)
    COMMITTED.write_text(said())
