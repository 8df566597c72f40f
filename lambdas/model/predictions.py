"""Holds a classifier's answers for rows: labels and probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Texts, from_npy, to_npy
from lambdas.serve.links import OperatingPoint

FILES = ("answer_classes.npy", "answer_labels.npy", "answer_probabilities.npy")


@dataclass(frozen=True, eq=False)
class Answers:
    """A classifier's answers for n rows and k classes."""

    classes: tuple[str, ...]
    """The order of the probabilities' columns."""
    labels: Texts
    """(n,)"""
    probabilities: Floats
    """(n, k), 0..1"""

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, name: str) -> Floats:
        """(n,): the probabilities of one class, 0 for a class that the classifier does not know."""
        if name not in self.classes:
            return np.zeros(len(self))
        return self.probabilities[:, self.classes.index(name)]

    def at(self, point: OperatingPoint | None) -> Answers:
        """The same with the labels of this operating point; raises ValueError for one of other classes."""
        if point is None:
            return self
        labels = np.where(point.reached(self.of(point.positive)), point.positive, point.other(self.classes))
        return Answers(self.classes, labels, self.probabilities)

    def between(self, first: int, end: int) -> Answers:
        """Those of the rows from `first` to before `end`; nothing is copied."""
        return Answers(self.classes, self.labels[first:end], self.probabilities[first:end])

    def to_files(self) -> dict[str, bytes]:
        """Contents by the names in FILES; a label is its place among the classes."""
        names = np.array(self.classes, dtype=np.str_)
        codes = (self.labels[:, None] == names).argmax(axis=1).astype(np.min_scalar_type(len(names)))
        arrays: tuple[NDArray[np.generic], ...] = (names, codes, self.probabilities)
        return {name: to_npy(array) for name, array in zip(FILES, arrays, strict=True)}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Answers:
        """Raises KeyError for a missing file, ValueError for a file that is not .npy or does not fit the others."""
        classes, codes, probabilities = (from_npy(files[name]) for name in FILES)
        if codes.dtype.kind != "u" or probabilities.shape != (len(codes), len(classes)):
            raise ValueError(f"{len(codes)} labels and {len(classes)} classes do not fit {probabilities.shape}")
        names = classes.astype(str)
        return cls(tuple(names.tolist()), names[codes], np.asarray(probabilities, dtype=np.float64))
