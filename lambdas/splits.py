"""Remembers how every object of a model's data set was first split, from the versions in the model's registry.

An object keeps its draw, whatever rule, ratio or seed came later; otherwise rows that a version was trained on would
reach the holdout that it is judged on. Only a version can be live, so an object that no version used may be drawn
anew. Every version repeats what the one before it knew, so the newest one has all.

An object is recognised by its content, under any name; or by its name, because a corrected file mostly holds the same
rows at the same places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from chalicelib import layout
from chalicelib.cutting import quoted
from chalicelib.dates.nights import DATE, days_before
from chalicelib.documents import documents
from chalicelib.documents.shapes import anything
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.registry import registry
from chalicelib.registry.manifest import Source
from lambdas.model.recipe import Recipe, Split
from lambdas.model.splitting.split import BY_KEYS, BY_TIME, DATED, NIGHTLY, RULES, STRATIFIED, Draw

Identity = tuple[str, str | None]
"""An object's name and entity tag, which is None in the oldest manifests."""


@dataclass(frozen=True)
class Splits:
    """The draws of all objects that any version was trained on, also of objects that are gone; the latest is last."""

    draws: Mapping[Identity, Draw]
    texts: Mapping[Identity, str] = field(default_factory=dict)
    """The digests of their texts, where they are known."""
    copies: Mapping[str, Draw] = field(default_factory=dict)
    """By entity tag, and by digest of the text: of what came under several names, of which one is known."""

    made_on: str = ""
    """The date of the newest version; "" where there is none."""

    def with_copies(self, objects: Iterable[tuple[str, str]]) -> Splits:
        """For a run that has objects of these names and entity tags, or digests of their texts. The same content is
        drawn once, or rows of it would be trained on under one name and held out under the other."""
        names: dict[str, list[str]] = {}
        for name, content in objects:
            names.setdefault(content, []).append(name)
        draws = {
            content: [self._by_name[name] for name in alike if name in self._by_name]
            for content, alike in names.items()
            if len(alike) > 1
        }
        return replace(self, copies={content: found[0] for content, found in draws.items() if found})

    def of(self, name: str, *, etag: str, text: str) -> Draw | None:
        """None for an object that is new; `text` is the digest of its text."""
        by_content = self._by_etag.get(etag) or self._by_text.get(text)
        return by_content or self.copies.get(etag) or self.copies.get(text) or self._by_name.get(name)

    def new(self, recipe: Recipe, *, salt: str) -> Draw:
        """The draw of an object with neither a known tag nor a known name: salted by its text, so that neither name
        nor compression matters. An object with the same text as a known one keeps that one's draw.

        Where keys decide, and decided for known objects, the same columns, ratio and seed decide for the new one too:
        or rows of one key would come on both sides.
        """
        if salt in self._by_salt:
            return self._by_salt[salt]
        draw = Draw.first(recipe, salt=salt)
        alike = self._by_keys(draw.rule, frozenset(draw.columns)) if draw.rule in BY_KEYS else None
        return replace(alike, salt=salt, groups=(), label="") if alike else draw

    def has_salt(self, salt: str) -> bool:
        return salt in self._by_salt

    def trained_until(self, rule: int, columns: tuple[str, ...]) -> str:
        """The date of the newest row that any version was trained on, of those that were split so by time; or ""."""
        return max(
            (draw.until for draw in self.draws.values() if (draw.rule, draw.columns) == (rule, columns)), default=""
        )

    def gone_until(self, columns: tuple[str, ...], *, objects: Iterable[tuple[str, str]]) -> str:
        """The newest date, by a column of dates, that rows can have of objects that are gone: those that versions
        were trained on by other rules, after the last one by this. Nobody can read their dates any more. But no row
        came before its date, which can be a day ahead of UTC: the day after the newest version was made. Or "".

        `objects` are the names and entity tags of those that are there.
        """
        names, etags = (set(each) for each in zip(*objects, strict=True))
        for (name, etag), draw in reversed([*self.draws.items()]):
            if (draw.rule, draw.columns) == (DATED, columns):
                if draw.until:
                    return ""
            elif name not in names and etag not in etags and (draw.rule not in BY_TIME or draw.until):
                return days_before(self.made_on, days=-1) if self.made_on else ""
        return ""

    def _by_keys(self, rule: int, columns: frozenset[str]) -> Draw | None:
        """The latest draw whose keys the columns can tell."""
        draws = (draw for draw in reversed([*self.draws.values()]) if draw.rule == rule)
        return next((draw for draw in draws if columns.issuperset(draw.columns)), None)

    @cached_property
    def _by_salt(self) -> dict[str, Draw]:
        """The first of each."""
        return {draw.salt: draw for draw in reversed([*self.draws.values()])}

    @cached_property
    def _by_etag(self) -> dict[str | None, Draw]:
        return {etag: draw for (_, etag), draw in self.draws.items()}

    @cached_property
    def _by_text(self) -> dict[str, Draw]:
        return {text: self.draws[identity] for identity, text in self.texts.items()}

    @cached_property
    def _by_name(self) -> dict[str, Draw]:
        return {name: draw for (name, _), draw in self.draws.items()}

    def and_of(self, more: Splits) -> Splits:
        """With the draws of a run's objects after the others."""
        others = {identity: draw for identity, draw in self.draws.items() if identity not in more.draws}
        return Splits({**others, **more.draws}, {**self.texts, **more.texts})

    def to_document(self) -> list[dict[str, Any]]:
        return [
            {"name": identity[0], "etag": identity[1], "text": self.texts.get(identity), **draw.to_document()}
            for identity, draw in self.draws.items()
        ]

    @classmethod
    def from_document(cls, document: Iterable[Mapping[str, Any]]) -> Splits:
        """Raises one of BLAMED for a malformed document."""
        told = {(each["name"], each["etag"]): each for each in document}
        draws = {identity: draw_of(each) for identity, each in told.items()}
        return cls(draws, {identity: f"{each['text']}" for identity, each in told.items() if each.get("text")})


def known(edges: Edges, *, model: str, split: Split) -> Splits:
    """The splits in the registry. Releases before the second rule split all objects by `split`, the recipe's.

    Raises RegistryIncomplete where a version's document is malformed.
    """
    without: list[Splits] = []
    found, made_on = Splits({}), ""
    for number in reversed(registry.numbers(edges, model=model, complete=True)):
        manifest = registry.manifest(edges, model=model, model_version=number)
        made_on, data = made_on or manifest.created_at[:10], manifest.data
        if any(each.rule is not None for each in data):
            found = _recorded(edges, model=model, model_version=number)
            break
        without.append(_by_the_first_rule(data, split=split))
    for each in without:
        found = found.and_of(each)
    return replace(found, made_on=made_on)


def of_version(edges: Edges, *, model: str, model_version: int, split: Split) -> Splits:
    """The splits that the version was made with, whatever versions came later. Raises as `known`."""
    data = registry.manifest(edges, model=model, model_version=model_version).data
    if any(each.rule is not None for each in data):
        return _recorded(edges, model=model, model_version=model_version)
    return _by_the_first_rule(data, split=split)


def _recorded(edges: Edges, *, model: str, model_version: int) -> Splits:
    key = layout.version(model, model_version, registry.SPLITS)
    body = registry.part(edges, model=model, model_version=model_version, name=registry.SPLITS)
    document = documents.read(body, key=key, shape=anything)
    with _blamed_on(key):
        return Splits.from_document(document)


def _by_the_first_rule(data: Iterable[Source], *, split: Split) -> Splits:
    draw = Draw(STRATIFIED, split.holdout_ratio, split.seed, "")
    return Splits({(each.name, each.etag): draw for each in data})


def draw_of(document: Mapping[str, Any]) -> Draw:
    """Raises one of BLAMED for a malformed one."""
    rule, ratio, seed, salt = document["rule"], document["holdout_ratio"], document["seed"], document["salt"]
    if rule not in RULES:
        raise _Untold(f"this release knows the split rules {RULES}, and not {quoted(repr(rule), 20)}")
    label, columns = document.get("label", ""), tuple(map(str, document.get("columns", ())))
    night, until = str(document.get("night", "")), str(document.get("until", ""))
    if not isinstance(label, str):
        raise _Untold("a label is the name of a column")
    if (rule in (*BY_KEYS, DATED)) != bool(columns) or (rule == NIGHTLY) != bool(night):
        raise _Untold("a rule by keys or dates names its columns, one by nights its night, and no other does")
    if (night and not DATE.fullmatch(night)) or (until and not DATE.fullmatch(until)):
        raise _Untold("a night is a date")
    if not (isinstance(ratio, float) and 0 < ratio < 1 and isinstance(seed, int) and isinstance(salt, str)):
        raise _Untold("a ratio is between 0 and 1, a seed a whole number, a salt a text")
    groups = tuple(tuple(map(str, group)) for group in document.get("groups", ()))
    return Draw(rule, ratio, seed, salt, groups, label, columns, night, until)


BLAMED = (AttributeError, LookupError, TypeError, ValueError)
"""Errors that Python raises for a document of another shape."""


class _Untold(ValueError):
    """The problem of a record, in words of this project."""


@contextmanager
def _blamed_on(key: str) -> Iterator[None]:
    try:
        yield
    except BLAMED as exc:
        why = f"{exc}" if isinstance(exc, _Untold) else type(exc).__name__
        raise RegistryIncomplete(
            f"{key} does not tell how the objects were split that its version was made of, so nobody knows which rows"
            f" it was trained on ({why}): {documents.put_back(key)}, or deploy the release that wrote it",
            key=key,
        ) from exc
