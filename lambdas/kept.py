"""Remembers which objects lie in which parts, so that no later run reads an object again that did not change.

An object is recognised by a key: the SHA-256 of its entity tag and size, of the reader's code, and of the policies by
which it was read: columns with their ranges and categories, label and classes, what is tolerated. S3 has a version ID
too, but a listing does not tell it; and the tag is of the content, which is what matters: a file that is put there
once more is not read again.

The draw is not in the key: for an object that no version was made of it depends on the text. It stands beside the
key, and who uses a part compares it with the draw that `splits` says.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

from chalicelib import layout
from chalicelib.cutting import cut
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_many, holds_one
from chalicelib.documents.shapes import Record, anything, count, flag, list_of, maybe, sha256, table_of, text
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.limits import CATEGORY_CHARACTERS, PART_DAYS
from chalicelib.log import log
from chalicelib.runs.dataset import Object
from lambdas import reader
from lambdas.model.data.part import Part
from lambdas.model.data.preparation import Piece
from lambdas.model.reading.table import Extent, Reading
from lambdas.model.recipe import Date, Numeric, Recipe
from lambdas.model.recipe.elements import Array
from lambdas.model.splitting.split import Draw, Groups
from lambdas.parts import StoredPart
from lambdas.splits import BLAMED, draw_of

OTHER_LABELS = 20
OLD_DAYS = PART_DAYS // 2
"""From this age on a part that is used is written again."""
LAST_DAYS = PART_DAYS - 5
"""From this age on a part is not used any more, so that none goes under a run."""

_EXTENT = Record({"lines": count, "blank_lines": count, "records": count, "rows": count})


_LEFT_OUT = Record({"rows": count, "class_unknown": count, "classes": table_of(count), "reasons": list_of(anything)})


class KeptObject(Document):
    """An object whose rows lie in a pack."""

    key: str = holds(sha256)
    digest: str = holds(sha256)
    """Of its lines; see `unpacking.digest`."""
    salt: str = holds(sha256)
    """The SHA-256 of its text."""
    lines: Mapping[str, int] = holds(_EXTENT)
    groups: Sequence[Sequence[str]] = holds(list_of(list_of(text)))
    """Its raw labels by the recipe's classes."""
    drawn: Mapping[str, Any] = holds(anything)
    """By what it was split."""
    train: int = holds(count)
    holdout: int = holds(count)
    """Its rows."""
    etag: str | None = holds(text, default=None)
    """None of a release that did not keep it, as `classes`."""
    version_id: str | None = holds(maybe(text), default=None)
    """As it was read; None of a release that did not keep it."""
    classes: Mapping[str, int] | None = holds(table_of(count), default=None)
    """Its rows of each class."""
    left_out: Mapping[str, Any] | None = holds(_LEFT_OUT, default=None)
    """The bad rows that the recipe tolerates, as `lambdas.model.reading.tolerance` tells of them; None for none."""
    changed: Mapping[str, Mapping[str, int]] = holds(table_of(table_of(count)), default=MappingProxyType({}))
    """By column: how many cells of its rows were missing, and how many numbers were clipped."""
    others: Mapping[str, int] = holds(table_of(count), default=MappingProxyType({}))
    """The labels that the recipe's other class has without listing them, the most frequent ones, and their rows."""

    @property
    def extent(self) -> Extent:
        return Extent(**self.lines)

    @property
    def own_groups(self) -> Groups:
        return tuple(map(tuple, self.groups))

    @cached_property
    def draw(self) -> Draw | None:
        """None for one that this release does not know."""
        try:
            return draw_of(self.drawn)
        except BLAMED:
            return None

    @classmethod
    def made(cls, named: Named, piece: Piece, *, train: Part, holdout: Part) -> KeptObject:
        return cls(
            key=named.key,
            digest=piece.reading.digest,
            salt=piece.salt,
            lines=asdict(piece.reading.extent),
            groups=[list(each) for each in piece.groups],
            drawn=piece.draw.to_document(),
            train=len(train),
            holdout=len(holdout),
            etag=named.listed.etag,
            version_id=piece.version_id,
            **_said(piece.reading),
            classes={name: rows + holdout.rows_by_class[name] for name, rows in train.rows_by_class.items()},
        )


def _said(reading: Reading) -> dict[str, Any]:
    """What is kept of a file that is not all as its recipe says."""
    left_out = reading.left_out.facts if reading.left_out else {}
    told = {"left_out": left_out, "changed": reading.changed, "others": _most(reading.others)}
    return {name: value for name, value in told.items() if value}


class KeptPack(Document):
    """Rows and sums of one or more objects, one after another in their order."""

    objects: tuple[KeptObject, ...] = holds_many(KeptObject)
    train: tuple[StoredPart, ...] = holds_many(StoredPart)
    holdout: tuple[StoredPart, ...] = holds_many(StoredPart)
    sums: StoredPart = holds_one(StoredPart)
    hashes: StoredPart = holds_one(StoredPart)
    """Of its rows, which are asked for while the rows of all packs are few; without a file where its own are not."""
    is_open: bool = holds(flag, default=False)
    """Whether a file may still come into it. Then its rows are not packed, which would take most of the time of a
    night that writes them anew."""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(each.key for each in self.objects)

    @property
    def files(self) -> tuple[StoredPart, ...]:
        return (*self.train, *self.holdout, self.sums, self.hashes)


class KeptTotal(Document):
    """The sums of the first packs together, so that they are not added up every night."""

    digest: str = holds(sha256)
    """Of what was added up."""
    packs: int = holds(count)
    sums: StoredPart = holds_one(StoredPart)
    repeats: StoredPart | None = holds_one(StoredPart, default=None)
    """None where the rows are too many to be compared with one another."""

    @property
    def files(self) -> tuple[StoredPart, ...]:
        return (self.sums,) if self.repeats is None else (self.sums, self.repeats)


class Kept(Document):
    """The packs that a model's last run used or made: `parts/MODEL/kept.json`."""

    IN_ONE_LINE = True

    packs: tuple[KeptPack, ...] = holds_many(KeptPack)
    total: KeptTotal | None = holds_one(KeptTotal, default=None)


@dataclass(frozen=True)
class Named:
    """An object of the data set, with its name in it, and its key."""

    listed: Object
    name: str
    key: str


def object_key(listed: Object, *, policies: str, cut: str = "") -> str:
    """`policies` as below; `cut` tells which rows are left out, where not all are used."""
    said = f"{reader.sha256()} {policies} {listed.size_bytes} {listed.etag} {cut}"
    return hashlib.sha256(said.encode()).hexdigest()


def policies(recipe: Recipe) -> str:
    """SHA-256, in hexadecimal, of all in a recipe that decides which rows an object becomes, but the split; and of
    the columns that tell groups and dates, in which each row has a cell."""
    columns = [
        [
            "date" if isinstance(each, Date) else "number",
            each.name,
            each.minimum,
            each.maximum,
            each.outside,
            each.missing is not None,
            *([each.size] if isinstance(each, Array) else []),
        ]
        if isinstance(each, Numeric)
        else ["category", each.name, None if each.allowed is None else sorted(each.allowed), each.missing]
        for each in recipe.columns
    ]
    counted = [recipe.split.group] if recipe.split.group is not None else []
    dated = [["dates", *recipe.date_columns]] if recipe.date_columns else []
    classes = [sorted(recipe.classes.items()), recipe.other, recipe.class_names]
    tolerated = recipe.tolerate.rows
    return _sha256([columns, sorted(recipe.missing_values), recipe.label, classes, tolerated, *counted, *dated])


@dataclass(frozen=True)
class Usable:
    """What former runs left."""

    packs: tuple[KeptPack, ...] = ()
    old: frozenset[str] = frozenset()
    """The keys of the files that are to be written again if they are used."""
    total: KeptTotal | None = None


def find(edges: Edges, *, model: str) -> Usable:
    """The packs whose files are there, whole, and will be for the length of a run. What is damaged is logged."""
    told: list[str] = []
    found = documents.readable(partial(Kept.find, edges.store, layout.kept_parts(model)), told=told)
    for damage in told:
        log("document_damaged", reason=damage)
    if found is None:
        return Usable()
    listed = {each.key: each for each in edges.store.list(layout.parts(model))}
    whole = [pack for pack in found.packs if all(_is_there(each, listed) for each in pack.files)]
    if len(whole) < len(found.packs):
        log("kept_parts_damaged", model=model, packs=len(found.packs) - len(whole))
    last, aged = (edges.clock() - timedelta(days=days) for days in (LAST_DAYS, OLD_DAYS))
    old = frozenset(key for key, each in listed.items() if each.modified_at < aged)
    total = found.total
    is_fresh = total is not None and all(_is_there(each, listed) and each.key not in old for each in total.files)
    return Usable(
        packs=tuple(pack for pack in whole if all(listed[each.key].modified_at > last for each in pack.files)),
        old=old,
        total=total if is_fresh else None,
    )


def keep(edges: Edges, packs: Iterable[KeptPack], *, total: KeptTotal | None, model: str) -> None:
    added_up = {} if total is None else {"total": total.document}
    found = Kept.of({"packs": [each.document for each in packs], **added_up})
    edges.store.put(layout.kept_parts(model), found.encode())


def _is_there(file: StoredPart, listed: Mapping[str, Listed]) -> bool:
    found = listed.get(file.key)
    return found is not None and (found.etag, found.size_bytes) == (file.etag, file.bytes)


def _most(labels: Mapping[str, int]) -> dict[str, int]:
    return {cut(label, CATEGORY_CHARACTERS): rows for label, rows in Counter(labels).most_common(OTHER_LABELS)}


def _sha256(value: Any) -> str:
    return hashlib.sha256(documents.in_one_line(value)).hexdigest()
