"""Over any history of data set and recipe, no version is judged on rows that it, or one before it, was trained on."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.edges.object_store import Stored
from chalicelib.errors import SingleClass, TooFewRows
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Numeric, Recipe, Split, at_least
from lambdas.pieces import piece_of
from lambdas.splits import Splits
from tests.given import data

HISTORIES = 200
NIGHTS = 12
RAW = ("normal", "back", "phf", "satan")
MAPPINGS: list[dict[str, str]] = [
    {"normal": "normal", "back": "attack", "phf": "attack", "satan": "attack"},
    {"normal": "usual", "back": "attack", "phf": "attack", "satan": "attack"},
    {"normal": "normal", "back": "attack", "phf": "probe", "satan": "probe"},
    {"normal": "normal", "back": "normal", "phf": "attack", "satan": "normal"},
    {label: label for label in RAW},
]
GROUPS = 23
KINDS: list[dict[str, Any]] = [{}, {"group": "visitor"}, {"duplicates": "together"}]


@dataclass
class History:
    """A model's life: files come, go, come back and are corrected, the recipe changes, versions are made."""

    draw: random.Random
    recipe: Recipe = field(init=False)
    files: dict[str, bytes] = field(default_factory=dict)
    gone: list[bytes] = field(default_factory=list)
    known: Splits = field(default_factory=lambda: Splits({}))
    trained: set[float] = field(default_factory=set)
    versions: int = 0
    rows: int = 0

    def __post_init__(self) -> None:
        self.change_recipe()

    def change_recipe(self) -> None:
        classes = self.draw.choice(MAPPINGS)
        positive = self.draw.choice(sorted(set(classes.values())))
        self.recipe = Recipe(
            model="flows",
            columns=[Numeric("id")],
            label="label",
            classes=classes,
            positive=self.draw.choice([positive, None]),
            estimator=data.logistic_regression,
            split=Split(self.draw.choice([0.2, 0.5]), self.draw.randrange(3), **self.draw.choice(KINDS)),
            thresholds=[at_least(metric, of=positive, bound=0.5) for metric in ("recall", "precision")],
        )

    def add_file(self) -> None:
        self.put(self.text([*RAW, *self.draw.choices(RAW, weights=[90, 4, 3, 3], k=self.draw.randrange(5, 40))]))

    def correct_file(self) -> None:
        """One label, and every number, so that it is known which rows were trained on since."""
        name, content = self.any_file()
        labels = [line.rpartition(",")[2] for line in unzipped(content).decode().split()[1:]]
        labels[self.draw.randrange(len(labels))] = self.draw.choice(RAW)
        self.files[name] = self.text(labels)

    def remove_file(self) -> None:
        name, content = self.any_file()
        del self.files[name]
        self.gone.append(content)

    def bring_back(self) -> None:
        """Under a new name or another's, and perhaps compressed, or with other line ends."""
        if self.gone:
            text = unzipped(self.gone.pop(self.draw.randrange(len(self.gone))))
            dressed = self.draw.choice([text, gzip.compress(text, mtime=0), text.replace(b"\n", b"\r\n")])
            self.put(dressed)

    def any_file(self) -> tuple[str, bytes]:
        return self.draw.choice(sorted(self.files.items()))

    def put(self, content: bytes) -> None:
        name = self.draw.choice([f"night-{self.draw.randrange(30)}.csv", *self.files])
        self.gone += [self.files[name]] if name in self.files else []
        self.files[name] = content

    def text(self, labels: list[str]) -> bytes:
        self.rows += len(labels)
        numbers = range(self.rows - len(labels), self.rows)
        lines = (f"{n},{n % GROUPS},{label}\n" for n, label in zip(numbers, labels, strict=True))
        return ("id,visitor,label\n" + "".join(lines)).encode()

    def make_version(self) -> None:
        """As Preprocess does, and the registry that hands on what is known. Some runs fail, or reject the model."""
        objects = {name: Stored(body, hashlib.md5(body).hexdigest()) for name, body in sorted(self.files.items())}
        pieces = [
            piece_of(name, stored=stored, recipe=self.recipe, known=self.known) for name, stored in objects.items()
        ]
        try:
            prepared = data.prepared(pieces, recipe=self.recipe)
        except (SingleClass, TooFewRows):
            return
        if self.draw.random() < 0.25:
            return
        identities = {name: (name, stored.etag) for name, stored in objects.items()}
        after = self.known.and_of(
            Splits(
                {identities[piece.name]: piece.draw for piece in pieces},
                {identities[piece.name]: piece.reading.digest for piece in pieces},
            )
        )
        document: list[dict[str, Any]] = json.loads(json.dumps(after.to_document()))
        self.known = Splits.from_document(document)
        self.trained |= numbers(prepared.train)
        self.versions += 1
        assert not self.trained & numbers(prepared.holdout)


def numbers(table: Table) -> set[float]:
    return set(table.numeric[:, 0].tolist())


def unzipped(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content.replace(b"\r\n", b"\n")


@pytest.mark.parametrize("tenth", range(10))
def test_no_version_is_judged_on_rows_that_one_before_it_was_trained_on(tenth: int) -> None:
    versions = 0
    for seed in range(tenth * HISTORIES // 10, (tenth + 1) * HISTORIES // 10):
        history = History(random.Random(seed))
        history.add_file()
        for _ in range(NIGHTS):
            happening = history.draw.choice(
                [
                    history.change_recipe,
                    history.correct_file,
                    history.remove_file,
                    history.bring_back,
                    history.add_file,
                ]
            )
            happening()
            history.add_file()
            history.make_version()
        versions += history.versions
    assert versions > HISTORIES // 10 * NIGHTS // 2
