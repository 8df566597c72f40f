"""Prepares a data set: a fold over its objects, with one of them in memory at a time.

    objects -> groups of neighbours -> of each group a pack: its rows, in parts, and its sums -> the sums of all

A pack that a former run kept is used as it is, and its objects are not read. One that begins as a kept pack begins
goes on from there; of any other object the rows are cut out of the pack that has them. What is left is read.

The groups depend on the list of objects alone, and a pack on its group alone, so that it has the same bytes
whatever was kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import add
from typing import Any, NamedTuple

from chalicelib import cutting
from chalicelib.cutting import amount
from chalicelib.edges import Edges
from chalicelib.errors import ClassSharesShifted, DataError
from chalicelib.runs.dataset import Object
from lambdas import engine, kept, recipes, totals
from lambdas.bad_files import refusal
from lambdas.horizon import horizon, of_first_nights
from lambdas.kept import OTHER_LABELS, KeptObject, KeptPack, Named
from lambdas.model.data.part import Part, merged
from lambdas.model.data.preparation import described
from lambdas.model.reading.tolerance import shift
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import DATED
from lambdas.packing import Cut, Packing
from lambdas.parts import Prepared
from lambdas.splits import Splits
from lambdas.totals import Total

PACK_OBJECTS = 128
PACK_BYTES = 4_000_000
"""A pack ends with so many objects, or with so many bytes of their files."""
ANCHOR_OBJECTS = 32
ANCHOR_TAGS = ('"0', "0")
"""From so many objects on it also ends with one whose entity tag begins so, one in 16: behind a file that is added or
removed in the middle, packs soon end where they ended before."""
KEPT_EVERY = 8
"""After so many new packs it is written down what there is: a run whose time ends leaves them to the next one."""

Prepare = Callable[[Edges, str, Sequence[Object], Splits], Prepared]


def from_objects(
    edges: Edges,
    model: str,
    objects: Sequence[Object],
    known: Splits,
    *,
    memory_mb: int,
    load: Callable[[str], Recipe] = recipes.load,
    known_bad: Collection[str] = (),
) -> Prepared:
    """Prepare every object, by the product's own reader and as it was first split, or take it as it is kept.

    At least one object. Bad ones are left out, if those whose entity tag is not `known_bad` are no more than the
    recipe tolerates. Raises the DataError of the first one, which names the others, once all were prepared;
    SingleClass, TooFewRows.
    """
    recipe = load(model)
    policies = kept.policies(recipe)
    tags = [(listed.name(model=model), listed.etag) for listed in objects]
    known = known.with_copies(tags)
    found = horizon(edges, recipe, objects, known)
    named = []
    for listed in objects:
        name = listed.name(model=model)
        key = kept.object_key(listed, policies=policies, cut=found.cut_of(name))
        named.append(Named(listed, name, key))
    groups = {f"{place:05}": group for place, group in enumerate(grouped(named))}
    usable = kept.find(edges, model=model)
    texts = _texts(named, usable.packs)
    known = known.with_copies([*tags, *texts.items()])
    found = of_first_nights(found, recipe, texts, known=known)
    packing = Packing(edges, recipe, known, found, memory_mb, usable)
    new: list[KeptPack] = []

    def keep_all() -> None:
        every = {pack.keys: pack for pack in (*packing.usable, *new)}
        kept.keep(edges, every.values(), total=usable.total, model=model)

    def pack(name: str) -> KeptPack | DataError | None:
        made = packing.pack(groups[name].objects, is_open=groups[name].is_open)
        if isinstance(made, KeptPack) and not any(made is each for each in packing.usable):
            new.append(made)
            if len(new) % KEPT_EVERY == 0:
                keep_all()
        return made

    packed = engine.each(pack, groups)
    texts = _texts(named, _packs(packed))
    alike = known.with_copies([*tags, *texts.items()])
    settled = of_first_nights(found, recipe, texts, known=alike)
    if (settled, alike.copies) != (found, known.copies):  # one text in several objects, as only their reading tells
        found, known = settled, alike
        packing = Packing(edges, recipe, known, found, memory_mb, replace(usable, packs=(*usable.packs, *new)))
        packed = engine.each(pack, groups)
    packs = _packs(packed)
    error = next((each for each in packed if isinstance(each, DataError)), None)
    error = error or _too_many(packing.bad, named, known_bad=known_bad, recipe=recipe)
    if error is not None:
        keep_all()
        raise error
    total = totals.add_up(edges, packs, found=usable.total, model=model, known=packing.sums_of)
    kept.keep(edges, packs, total=total.kept, model=model)
    good = [each for each in named if each.name not in packing.bad]
    where = Cut(edges, packs, fresh=packing.fresh)
    return replace(prepared(where, packs, good, total=total, recipe=recipe, facts=found.facts()), bad=packing.bad)


def _packs(packed: Iterable[KeptPack | DataError | None]) -> list[KeptPack]:
    return [each for each in packed if isinstance(each, KeptPack)]


def _texts(named: Iterable[Named], packs: Iterable[KeptPack]) -> dict[str, str]:
    """By name the digests of the texts that are known."""
    digests = {each.key: each.digest for pack in packs for each in pack.objects}
    return {each.name: digests[each.key] for each in named if each.key in digests}


def _too_many(
    bad: Mapping[str, DataError], named: Sequence[Named], *, known_bad: Collection[str], recipe: Recipe
) -> DataError | None:
    """What the run fails with because of its bad objects: more of them are new than the recipe tolerates, or all
    objects are bad."""
    known = known_bad if recipe.tolerate.files else ()  # else none is held, and each is named
    new = {each.name: bad[each.name] for each in named if each.name in bad and each.listed.etag not in known}
    if len(new) > recipe.tolerate.files:
        return refusal(new, recipe=recipe)
    return bad[named[0].name] if len(bad) == len(named) else None


class Group(NamedTuple):
    """Neighbours in their order."""

    objects: Sequence[Named]
    is_open: bool
    """Whether another object may come to them, behind the last one."""


def grouped(objects: Iterable[Named]) -> Iterator[Group]:
    group: list[Named] = []
    size = 0
    for each in objects:
        if group and size + each.listed.size_bytes > PACK_BYTES:
            yield Group(group, is_open=False)
            group, size = [], 0
        group.append(each)
        size += each.listed.size_bytes
        if len(group) == PACK_OBJECTS or (len(group) >= ANCHOR_OBJECTS and each.listed.etag.startswith(ANCHOR_TAGS)):
            yield Group(group, is_open=False)
            group, size = [], 0
    if group:
        yield Group(group, is_open=size < PACK_BYTES)


def _of_labels_and_rows(found: Mapping[str, KeptObject], *, recipe: Recipe) -> dict[str, Any]:
    """What the profile tells of bad rows and changed cells by file, and of labels that the recipe does not list."""
    bad = {name: each.left_out for name, each in found.items() if each.left_out}
    told: dict[str, Any] = {"left_out": bad} if bad else {}
    changed = {name: each.changed for name, each in found.items() if each.changed}
    if changed:
        told |= {"changed": changed, "missing_cells": _cells(changed, "missing")}
    if recipe.other is not None:
        others = reduce(add, (Counter(each.others) for each in found.values()), Counter[str]())
        told["other_labels"] = dict(others.most_common(OTHER_LABELS))
    return told


def _check_shares(found: Mapping[str, KeptObject], *, rows: Mapping[str, int], recipe: Recipe) -> None:
    """Raises ClassSharesShifted for what no single file proves: of each only a few rows are left out, always of one
    class. Files with rows that the recipe drops on purpose do not speak here."""
    bad = {name: each.left_out["classes"] for name, each in found.items() if each.left_out}
    bad = {name: classes for name, classes in bad.items() if "dropped" not in (found[name].left_out or {})}
    lost = {name: sum(classes.get(name, 0) for classes in bad.values()) for name in rows}
    every = {name: count + lost[name] for name, count in rows.items()}
    shifted = shift(lost, every, tolerated=recipe.tolerate.rows) if bad else None
    if shifted is not None:
        raise ClassSharesShifted(
            f"without the bad rows of {amount(len(bad), 'file')} {shifted}. nightswap data list --model"
            f" {recipe.model} tells"
            f" which files; correct them, or take them out: {cutting.listed(bad)}",
            model=recipe.model,
            lost=lost,
            rows=every,
        )


def _cells(changed: Mapping[str, Mapping[str, Mapping[str, int]]], what: str) -> int:
    return sum(counts.get(what, 0) for columns in changed.values() for counts in columns.values())


def prepared(
    where: Cut,
    packs: Sequence[KeptPack],
    objects: Sequence[Named],
    *,
    total: Total,
    recipe: Recipe,
    facts: dict[str, Any],
) -> Prepared:
    """What the packs hold together. They have these objects and this total, and lie there; `facts` are of the profile
    too."""
    found = {
        named.name: each for named, each in zip(objects, (o for pack in packs for o in pack.objects), strict=True)
    }
    extents = {name: each.extent for name, each in found.items()}
    profile = described(total.sums, objects=extents, recipe=recipe, repeats=total.repeats)
    profile.update(_of_labels_and_rows(found, recipe=recipe))
    _check_shares(found, rows={name: counts["rows"] for name, counts in profile["classes"].items()}, recipe=recipe)

    def new_rows_of(name: str) -> Part:
        train, holdout = where.sides_of(found[name].key)
        draw = found[name].draw
        return holdout if draw is not None and draw.rule == DATED else merged((train, holdout))

    return Prepared(
        train=tuple(chain.from_iterable(pack.train for pack in packs)),
        holdout=tuple(chain.from_iterable(pack.holdout for pack in packs)),
        profile=profile | facts,
        draws={name: draw for name, each in found.items() if (draw := each.draw)},
        digests={name: each.digest for name, each in found.items()},
        version_ids={name: each.version_id for name, each in found.items() if each.version_id},
        new_rows_of=new_rows_of,
    )
