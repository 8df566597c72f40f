"""Holds what each version answered for each different row of a holdout: the file `row-answers/MODEL/RUN.zip`.

Joint counts tell nothing of the curves of another class, or of a version that was not scored on that night. These do:
they keep the order of the probabilities of every class, and of each row a hash by which nights are joined.

The file is a zip file of .npy arrays and a head in JSON, with no pickle in it. Rows stand in the order of their
hashes, so that it has the same bytes however the holdout was cut.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Integers, from_npy, to_npy
from lambdas.model.data.part import Codes
from lambdas.model.gate.joint import JointCounts, count_jointly
from lambdas.model.metrics.curves import Scores

SCHEMA = 1
"""To be raised with any change by which an earlier release would read the file wrongly."""
HEAD = "head.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in it, so that the same answers are the same bytes."""

Words = NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True, eq=False)
class RowAnswers:
    """(m,) each, for m different rows in the order of their hashes.

    A row that a version answered in two ways may stand there twice.
    """

    judging: int
    """Which judging of the run it is of."""
    columns: tuple[str, ...]
    """That the hashes are over, in their order, beside the class."""
    classes: tuple[str, ...]
    hashes: Words
    """Equal for copies of one row alone: see `row_hashes`."""
    times: NDArray[np.uint32]
    """How many copies there are."""
    true: Codes
    """The place of the true class among the classes."""
    labels: Mapping[str, Codes]
    """By version: the place of the class that it answers."""
    ranks: Mapping[str, Codes]
    """(k, m), by version, but for the anchor: of each class the ranks of its probabilities in this holdout, from 1; 0
    where one is NaN. Equal probabilities have one rank."""

    @property
    def rows(self) -> int:
        """Of the holdout, copies counted."""
        return int(self.times.sum())

    def matrix(self, version: str) -> Integers:
        """(n_classes, n_classes): the version's confusion matrix. Rows true, columns predicted."""
        summed = np.zeros((len(self.classes), len(self.classes)), dtype=np.int64)
        np.add.at(summed, (self.true, self.labels[version]), self.times)
        return summed

    def curve(self, version: str, *, positive: str) -> Scores:
        """Of one class against all others. As steps it is the curve of the probabilities themselves."""
        place = self.classes.index(positive)
        ranks = self.ranks[version][place].astype(np.float64)
        ranks[ranks == 0] = np.nan
        return Scores.of(self.true == place, scores=ranks, times=self.times)

    def joint(self, *, classes: Sequence[str], beside: Integers, challenger: str) -> JointCounts:
        """The rows by both answers; `beside` are the places of the other version's among these classes."""
        places = self.places_among(classes)
        return count_jointly(
            places[self.true],
            champion=beside,
            challenger=places[self.labels[challenger]],
            n_classes=len(classes),
            alike=self.hashes,
            times=self.times,
        )

    def places_among(self, classes: Sequence[str]) -> Integers:
        """(k,): of each of its classes the place among the same ones in another order."""
        return np.array([list(classes).index(name) for name in self.classes], dtype=np.int64)

    def encode(self) -> bytes:
        """The file; the same bytes for the same answers."""
        head = {
            "schema": SCHEMA,
            "judging": self.judging,
            "columns": self.columns,
            "classes": self.classes,
            "labels": list(self.labels),
            "ranks": list(self.ranks),
        }
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            _write(archive, HEAD, json.dumps(head, ensure_ascii=False).encode())
            for name, array in self._arrays():
                _write(archive, f"{name}.npy", to_npy(array))
        return content.getvalue()

    def _arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        yield from (("hashes", self.hashes), ("times", self.times), ("true", self.true))
        yield from ((f"labels-{name}", each) for name, each in self.labels.items())
        yield from ((f"ranks-{name}", each) for name, each in self.ranks.items())

    @classmethod
    def decode(cls, body: bytes) -> RowAnswers:
        """Raises ValueError for anything that `encode` did not write, and for a later release's file."""
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                return cls._read(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as exc:
            raise ValueError("it is no whole zip file") from exc
        except (KeyError, TypeError, AttributeError) as exc:
            raise ValueError("an array or an entry of its head is missing") from exc

    @classmethod
    def _read(cls, archive: zipfile.ZipFile) -> RowAnswers:
        head = json.loads(archive.read(HEAD))
        if head["schema"] != SCHEMA:
            raise ValueError(f"it is of schema {head['schema']}, and this release reads schema {SCHEMA}")

        def array(name: str) -> NDArray[Any]:
            return from_npy(archive.read(f"{name}.npy"))

        found = cls(
            judging=int(head["judging"]),
            columns=tuple(map(str, head["columns"])),
            classes=tuple(map(str, head["classes"])),
            hashes=array("hashes"),
            times=array("times"),
            true=array("true"),
            labels={str(name): array(f"labels-{name}") for name in head["labels"]},
            ranks={str(name): array(f"ranks-{name}") for name in head["ranks"]},
        )
        found._check()
        return found

    def _check(self) -> None:
        """Raises ValueError for arrays that do not fit one another."""
        codes = (self.true, *self.labels.values())
        rows, classes = self.hashes.shape, len(self.classes)
        flat = (self.times, *codes)
        if any(each.shape != rows for each in flat) or any(
            each.shape != (classes, *rows) for each in self.ranks.values()
        ):
            raise ValueError("its arrays are not of the same rows and classes")
        if self.hashes.dtype != np.uint64 or any(each.dtype.kind != "u" for each in (*flat, *self.ranks.values())):
            raise ValueError("its arrays are not of unsigned numbers")
        if any(len(each) and int(each.max()) >= classes for each in codes):
            raise ValueError("a code has no class")
        if (self.hashes[1:] < self.hashes[:-1]).any():
            raise ValueError("its rows are not in the order of their hashes")


def _write(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    info = zipfile.ZipInfo(name, LONG_AGO)
    archive.writestr(info, body, compress_type=zipfile.ZIP_DEFLATED, compresslevel=zlib.Z_BEST_SPEED)
