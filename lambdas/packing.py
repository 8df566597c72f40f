"""Makes the packs of a data set: reads their objects, or takes what former runs kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, DataError
from chalicelib.log import log
from lambdas.bad_files import is_of_the_file
from lambdas.horizon import Horizon
from lambdas.kept import KeptObject, KeptPack, Named, Usable
from lambdas.model.data.part import Part, merged
from lambdas.model.data.preparation import split
from lambdas.model.data.sums import Sums
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import Words
from lambdas.parts import StoredPart, files_of, stored
from lambdas.pieces import draw_of, read_piece
from lambdas.splits import Splits

PART_BYTES = 16_000_000
"""Of the rows of one part. A pack has more than one if its objects are large."""
RENEWED_BYTES = 100_000_000
"""Of old parts, a run writes so many again at most."""
FRESH_BYTES = 16_000_000
"""Of the rows that were read tonight, so many stay in memory: what is new to the live version is handed on."""


@dataclass
class Side:
    """One side of a pack that is being made: parts of the same number of rows, but for the last."""

    write: Callable[[Part], StoredPart]
    part_rows: int
    written: list[StoredPart] = field(default_factory=list)
    _open: list[Part] = field(default_factory=list)

    def add(self, rows: Part) -> None:
        if not self.written and not self._open:
            self._open.append(rows.between(0, 0))  # of objects without a row on this side there is an empty part
        first = 0
        while first < len(rows):
            taken = rows.between(first, first + self.part_rows - sum(map(len, self._open)))
            first += len(taken)
            self._open.append(taken)
            if sum(map(len, self._open)) == self.part_rows:
                self.end()

    def end(self) -> tuple[StoredPart, ...]:
        if self._open:
            self.written.append(self.write(merged(self._open)))
            self._open = []
        return tuple(self.written)


class Cut:
    """Cuts the rows of single objects out of packs; of `fresh` ones, by their keys, the rows are in memory."""

    def __init__(
        self, edges: Edges, packs: Iterable[KeptPack], *, fresh: Mapping[str, tuple[Part, Part]] | None = None
    ) -> None:
        self._edges, self._fresh = edges, fresh or {}
        self._places = {each.key: (pack, place) for pack in packs for place, each in enumerate(pack.objects)}
        self._last: dict[str, tuple[str, Part]] = {}

    def facts(self, key: str) -> KeptObject | None:
        pack, place = self._places.get(key, (None, 0))
        return pack.objects[place] if pack else None

    def sides_of(self, key: str) -> tuple[Part, Part]:
        """The object's training part and holdout. Raises ArtifactInvalid where they are gone."""
        if key in self._fresh:
            return self._fresh[key]
        pack, place = self._places[key]
        before, here = pack.objects[:place], pack.objects[place]
        train = self._rows("train", pack.train, sum(each.train for each in before), here.train)
        return train, self._rows("holdout", pack.holdout, sum(each.holdout for each in before), here.holdout)

    def _rows(self, side: str, parts: Sequence[StoredPart], first: int, rows: int) -> Part:
        found = [self._opened(side, parts[0]).between(0, 0)] if not rows else []
        for each in parts:
            if rows and first < each.rows:
                found.append(self._opened(side, each).between(first, first + rows))
                rows -= len(found[-1])
            first = max(0, first - each.rows)
        return merged(found)

    def _opened(self, side: str, part: StoredPart) -> Part:
        """The part that was opened last stays: the next object mostly lies in it too."""
        key, last = self._last.get(side, ("", None))
        if last is None or key != part.key:
            self._last.pop(side, None)
            last = Part.from_files(files_of(self._edges, part))
            self._last[side] = (part.key, last)
        return last


@dataclass
class Pack:
    """A pack that is being made."""

    train: Side
    holdout: Side
    is_open: bool
    objects: list[KeptObject] = field(default_factory=list)
    sums: Sums | None = None

    def add(self, found: KeptObject, train: Part, holdout: Part, groups: tuple[Words, Words] | None = None) -> None:
        sums = Sums.of(train, holdout, salt=found.salt, groups=groups)
        self.sums = sums if self.sums is None else self.sums + sums
        self.train.add(train)
        self.holdout.add(holdout)
        self.objects.append(found)


class Packing:
    """Makes the packs of one run."""

    def __init__(
        self, edges: Edges, recipe: Recipe, known: Splits, horizon: Horizon, memory_mb: int, usable: Usable
    ) -> None:
        self._edges, self._recipe, self._known, self._memory_mb = edges, recipe, known, memory_mb
        self._horizon = horizon
        self.usable = usable.packs
        self.bad: dict[str, DataError] = {}
        """Of the objects that were left out, by their names."""
        self.fresh: dict[str, tuple[Part, Part]] = {}
        """Training part and holdout of objects that were read, by their keys: of as many as stay in memory."""
        self._ended_last: tuple[KeptPack, Sums] | None = None
        self._old, self._renewable = usable.old, RENEWED_BYTES
        self._cut = Cut(edges, usable.packs)
        self._kept = {pack.keys: pack for pack in usable.packs}
        row_bytes = 8 * len(recipe.numeric) + 2 * len(recipe.categorical) + 2
        self._part_rows = max(1, PART_BYTES // row_bytes)

    def pack(self, group: Sequence[Named], *, is_open: bool) -> KeptPack | DataError | None:
        """The objects' pack, to which others may come while it is open; or, as a value, the error of the first one
        that has one and is not bad.

        Bad ones are left out and noted, whatever the recipe tolerates; None where no object is left.
        """
        begun = self._longest(group)
        if begun is not None and len(begun.objects) == len(group) and begun.is_open == is_open:
            self._renew(begun)
            return begun
        pack = self._resumed(begun, is_open=is_open)
        for each in group[len(pack.objects) :]:
            try:
                pack.add(*(self._taken(each) or self._read(each)))
            except DataError as error:
                if not is_of_the_file(error):
                    return error
                self.bad[each.name] = error
        return self._ended(pack) if pack.objects else None

    def sums_of(self, pack: KeptPack) -> Sums | None:
        """Those of the pack that was made last, which nobody has to read then."""
        last, sums = self._ended_last or (None, None)
        return sums if last is pack else None

    def _longest(self, group: Sequence[Named]) -> KeptPack | None:
        """The kept pack of as many of the first objects as possible."""
        keys = tuple(each.key for each in group)
        for length in range(len(keys), 0, -1):
            found = self._kept.get(keys[:length])
            if found is not None and all(map(self._is_drawn_so, found.objects, group)):
                return found
        return None

    def _is_drawn_so(self, found: KeptObject, named: Named) -> bool:
        """Whether the rows were split as the object was first split, by whatever it is recognised tonight."""
        draw = draw_of(
            named.name,
            etag=named.listed.etag,
            text=found.digest,
            salt=found.salt,
            groups=found.own_groups,
            known=self._known,
            recipe=self._recipe,
            horizon=self._horizon,
        )
        return found.draw == draw

    def _resumed(self, begun: KeptPack | None, *, is_open: bool) -> Pack:
        write = partial(self._write, is_packed=not is_open)
        sides = Side(write, self._part_rows), Side(write, self._part_rows)
        if begun is None:
            return Pack(*sides, is_open=is_open)
        for side, parts in zip(sides, (begun.train, begun.holdout), strict=True):
            self._go_on(side, parts, is_written_so=begun.is_open == is_open)
        sums = Sums.from_files(files_of(self._edges, begun.sums) | files_of(self._edges, begun.hashes))
        return Pack(*sides, is_open=is_open, objects=[*begun.objects], sums=sums)

    def _go_on(self, side: Side, parts: Sequence[StoredPart], *, is_written_so: bool) -> None:
        """With the rows of these parts. Full ones stay as they are, if they are written as the side's are."""
        for each in parts:
            if is_written_so and each.rows == self._part_rows:
                side.written.append(each)
            else:
                side.add(Part.from_files(files_of(self._edges, each)))

    def _taken(self, named: Named) -> tuple[KeptObject, Part, Part] | None:
        """The object's rows out of a kept pack, which does not tell the groups of single objects."""
        if self._recipe.split.group is not None:
            return None
        found = self._cut.facts(named.key)
        if found is None or not self._is_drawn_so(found, named):
            return None
        try:
            return found, *self._cut.sides_of(named.key)
        except (ArtifactInvalid, KeyError, ValueError) as damage:
            log("kept_parts_damaged", model=self._recipe.model, object=named.name, reason=f"{damage}")
            return None

    def _read(self, named: Named) -> tuple[KeptObject, Part, Part, tuple[Words, Words] | None]:
        piece = read_piece(
            self._edges,
            named.listed,
            recipe=self._recipe,
            known=self._known,
            horizon=self._horizon,
            memory_mb=self._memory_mb,
        )
        train, holdout = split(piece, recipe=self._recipe)
        found = KeptObject.made(named, piece, train=train, holdout=holdout)
        if sum(side.size_bytes for both in [*self.fresh.values(), (train, holdout)] for side in both) <= FRESH_BYTES:
            self.fresh[named.key] = train, holdout
        return found, train, holdout, piece.groups_of_sides

    def _ended(self, pack: Pack) -> KeptPack:
        if pack.sums is None:
            raise ValueError("a pack has one object or more")
        train, holdout = pack.train.end(), pack.holdout.end()
        sums, hashes = (
            stored(self._edges, files, rows=pack.sums.rows, model=self._recipe.model)
            for files in (pack.sums.to_files(), pack.sums.hashes_to_files())
        )
        still = {"is_open": True} if pack.is_open else {}
        made = KeptPack(objects=tuple(pack.objects), train=train, holdout=holdout, sums=sums, hashes=hashes, **still)
        self._ended_last = made, pack.sums
        return made

    def _write(self, part: Part, *, is_packed: bool) -> StoredPart:
        model = self._recipe.model
        return stored(self._edges, part.to_files(), rows=len(part), model=model, is_packed=is_packed)

    def _renew(self, pack: KeptPack) -> None:
        """Write its old files again, which would go by their age."""
        for each in pack.files:
            if each.key in self._old and self._renewable > 0:
                found = self._edges.store.find(each.key)
                if found is not None:
                    self._edges.store.put(each.key, found.body)
                    self._renewable -= each.bytes
