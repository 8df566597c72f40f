"""Draws mistakes by a seed, spread evenly over the folders of the product and the kinds of mistake."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants.operators import Edit, edits, parses

ROOT = Path(__file__).parents[2]
PLACES = ("app.py", "chalicelib", "lambdas", "workflows")


@dataclass(frozen=True)
class Mutant:
    """One mistake in one file."""

    file: str
    edit: Edit

    def content(self, root: Path) -> bytes:
        return self.edit.applied((root / self.file).read_bytes())

    def __str__(self) -> str:
        source = (ROOT / self.file).read_bytes()
        before = source[self.edit.begin : self.edit.end].decode()
        line = source.splitlines()[self.edit.line - 1].decode().strip()
        return f"{self.file}:{self.edit.line} {self.edit.kind}: {before!r} -> {self.edit.by!r} in `{line}`"


def draw(count: int, *, seed: int, root: Path = ROOT) -> list[Mutant]:
    """`count` different mistakes; the same seed on the same code draws the same ones."""
    chance = random.Random(seed)
    by_folder = dict(_files(root))

    @cache
    def edits_of(file: str) -> list[Edit]:
        return edits((root / file).read_bytes())

    drawn: dict[Mutant, None] = {}
    while len(drawn) < count:
        file = chance.choice(by_folder[chance.choice(sorted(by_folder))])
        possible = edits_of(file)
        kinds = sorted({edit.kind for edit in possible})
        if kinds:
            kind = chance.choice(kinds)
            mutant = Mutant(file, chance.choice([edit for edit in possible if edit.kind == kind]))
            if parses(mutant.content(root)):
                drawn[mutant] = None
    return list(drawn)


def product(root: Path = ROOT) -> list[str]:
    """The files in which mistakes are made."""
    return [file for _, files in _files(root) for file in files]


def _files(root: Path) -> list[tuple[str, list[str]]]:
    folders: dict[str, list[str]] = {}
    for place in PLACES:
        found = [root / place] if place.endswith(".py") else sorted((root / place).rglob("*.py"))
        for path in found:
            relative = path.relative_to(root)
            folders.setdefault(str(relative.parent), []).append(str(relative))
    return sorted(folders.items())
