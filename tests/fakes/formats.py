"""Artifact formats for the seam's tests: each takes the estimators of the classes that it names."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.artifact import Artifact
from lambdas.model.formats.all_formats import Code, Format
from lambdas.model.formats.fitted import Exported, Fitted, Levels
from lambdas.model.recipe import Recipe


class CodeOf:
    """A format's functions. It exports nothing: what is asked is which format is taken."""

    def __init__(self, *takes: str) -> None:
        self.takes = takes

    def check(self, estimator: Any, /) -> None:
        if type(estimator).__name__ not in self.takes:
            raise EstimatorUnsupported(f"it is no {' or '.join(self.takes)}")

    def export(self, fitted: Fitted, /) -> Exported:
        raise NotImplementedError

    def foresee(self, few: Exported, /, *, recipe: Recipe, levels: Levels) -> None:
        raise NotImplementedError

    def load(self, content: bytes, /) -> Artifact:
        raise NotImplementedError


def form(code: Code, *, file: str) -> Format:
    return Format(file=file, serving=(), code=lambda: code)
