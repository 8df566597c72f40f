"""The model that all servers answer with, in the form that each of them reads, and the rows that they are asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from benchmarks.peers.peer import COLUMNS, Fields, Said
from benchmarks.scoring import rows
from lambdas import recipes
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export
from lambdas.model.training.estimator import fit

ASKED = 200
"""Different rows, one a request, over and over."""


@dataclass(frozen=True)
class Made:
    model: Path
    """scikit-learn's, by joblib."""
    graph: Path
    """The same as ONNX, with 32 bits."""
    package: Path
    """Of a version of nightswap."""
    asked: Sequence[Fields]
    expected: Sequence[Said]
    """What scikit-learn says of each."""


def made(folder: Path) -> Made:
    """Fits kdd99-http once, on made-up connections."""
    table = rows()
    fitted = fit(recipes.load("kdd99-http"), train=table)
    estimator, drawn = fitted.estimator, table.numeric[:ASKED]
    joblib.dump(estimator, folder / "model.joblib")
    (folder / "model.onnx").write_bytes(_graph(estimator))
    (folder / "package.zip").write_bytes(_package(export(fitted).content))
    probabilities = estimator.predict_proba(drawn)[:, estimator.classes_.tolist().index("attack")].tolist()
    said = [Said(*each) for each in zip(estimator.predict(drawn).tolist(), probabilities, strict=True)]
    fields = [dict(zip(COLUMNS, row, strict=True)) for row in drawn.tolist()]
    return Made(folder / "model.joblib", folder / "model.onnx", folder / "package.zip", fields, said)


def _graph(estimator: Any) -> bytes:
    from skl2onnx import to_onnx

    graph: bytes = to_onnx(
        estimator, np.zeros((1, len(COLUMNS)), dtype=np.float32), options={"zipmap": False}
    ).SerializeToString()
    return graph


def _package(model: bytes) -> bytes:
    told = {"model": "kdd99-http", "model_version": 1, "format": "scorecard"}
    return build_package(artifact=model, manifest={**told, "artifact_sha256": hashlib.sha256(model).hexdigest()})
