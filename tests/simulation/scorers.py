"""The product's own scorers, which answer as the packages of the simulation do: for requests that ask why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from lambdas.serve.handler import Service
from lambdas.serve.onnx import Onnx
from lambdas.serve.schema import Schema
from lambdas.serve.scorecard import Line, Scorecard
from lambdas.serve.scorer import Scorer
from lambdas.serve.trees import Trees

CLASSES = ("attack", "normal")
OF_THE_CONSTANT = 0.25
"""Of the score: the rest is what the column x adds."""
X_TYPICAL = 0.0


def service(manifest: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], *, share: float) -> Service:
    """Of a version whose model says "normal" with this share, more than a half, where x is 1."""
    names = {name: manifest[name] for name in ("model", "model_version", "artifact_sha256", "format")}
    unbounded = [{"minimum": None, "maximum": None, **column} for column in columns]
    made = SCORERS[manifest["format"]](unbounded, share)
    return Service(scorer=made, **names)


def _scorecard(columns: Sequence[Mapping[str, Any]], share: float) -> Scorer:
    score = _log_odds(share)
    line = Line(OF_THE_CONSTANT * score, ((0, 0.0, (1 - OF_THE_CONSTANT) * score),), ())
    return Scorecard(CLASSES, None, Schema.from_document({"columns": columns}), "sigmoid", (line,))


def _trees(columns: Sequence[Mapping[str, Any]], share: float) -> Scorer:
    """One tree of one split, at x = 0.5."""
    score = _log_odds(share)
    sections: dict[str, list[Any]] = {
        "slot": [0],
        "threshold": [0.5],
        "left": [~0],
        "right": [~1],
        "roots": [0],
        "value": [-score, score],
        "expected": [OF_THE_CONSTANT * score],
    }
    header = {
        "classes": CLASSES,
        "positive": None,
        "schema": {"columns": columns},
        "link": "logistic",
        "rounds_to_32_bits": False,
        "base": [0.0],
        "scale": 1.0,
        "zero_is_second": False,
        "numbers": [[0, False, []]],
        "tables": [],
        "nodes": 1,
    }
    return Trees(header, sections.__getitem__)


class _Session:
    """A graph that says of a row where x is 1 what it says of the other class where x is 0."""

    def __init__(self, share: float) -> None:
        self._share = share

    def run(self, rows: Sequence[Any], **_: str) -> tuple[list[str], list[float]]:
        shares = [self._share if x > X_TYPICAL else 1 - self._share for (x,) in rows]
        return [CLASSES[share > 0.5] for share in shares], [each for share in shares for each in (1 - share, share)]


def _onnx(columns: Sequence[Mapping[str, Any]], share: float) -> Scorer:
    header: dict[str, Any] = {
        "classes": CLASSES,
        "schema": {"columns": columns},
        "numbers": [[0, []]],
        "categories": [],
        "typical": [X_TYPICAL],
    }
    return Onnx(header, cast("Any", _Session(share)), ValueError, b"")


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


SCORERS = {"scorecard": _scorecard, "trees": _trees, "onnx": _onnx}
