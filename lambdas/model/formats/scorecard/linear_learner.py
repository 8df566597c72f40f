"""Reads the model that SageMaker's Linear Learner leaves, and answers by its documented formula.

The model is a zip file of a network of MXNet: of its files `mx-mod-0000.params` holds the weights and the bias of the
one layer, as `fc0_weight` and `fc0_bias`. A row's score is their weighted sum of its features. Of two classes the
second has the probability 1 / (1 + exp(-score)); of more, each has its share of the exp(score) of all.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/ll_how-it-works.html
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from chalicelib.cutting import listed, quoted
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from lambdas.model.arrays import Floats, Texts
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.scorecard import mxnet

PARAMETERS = "mx-mod-0000.params"
WEIGHTS, BIASES = "arg:fc0_weight", "arg:fc0_bias"
FILES_MAX = 100
PARAMETER_BYTES_MAX = 100_000_000
"""Of 100 classes and 100,000 features it is 40 MB, in 32-bit floats."""
PICKLE = b"\x80"


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearModel:
    """A fitted classifier, as scikit-learn's. X is (n, columns), with categories as codes."""

    encoding: Encoding
    weights: Floats
    """(1, features) for two classes, else (classes, features)."""
    biases: Floats
    """(1,), or (classes,)."""
    classes_: Sequence[str]

    @property
    def link(self) -> str:
        """As the scorecard has it."""
        return "sigmoid" if len(self.biases) == 1 else "softmax"

    def scores(self, X: Floats) -> Floats:
        """(n, 1), or (n, classes)."""
        return np.asarray(self.encoding.rows_of(X) @ self.weights.T + self.biases, dtype=np.float64)

    def predict_proba(self, X: Floats) -> Floats:
        """(n, classes)"""
        scores = self.scores(X)
        if len(self.biases) > 1:
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)
        small = np.exp(-np.abs(scores))  # of both signs, without overflow
        second = np.where(scores >= 0, 1.0, small) / (1.0 + small)
        return np.column_stack([1.0 - second, second])

    def predict(self, X: Floats) -> Texts:
        """The most probable class."""
        scores = self.scores(X)
        places = scores.argmax(axis=1) if len(self.biases) > 1 else (scores[:, 0] > 0).astype(np.int64)
        labels: Texts = np.array(self.classes_, dtype=np.str_)[places]
        return labels

    def get_params(self) -> dict[str, Any]:
        """None: the recipe has them."""
        return {}


def read(content: bytes, *, encoding: Encoding, classes: Sequence[str]) -> LinearModel:
    """Raises ArtifactInvalid, and TrainingFailed for weights that diverged."""
    parameters = _parameters(content)
    try:
        arrays = mxnet.arrays(parameters)
    except ValueError as exc:
        raise ArtifactInvalid(f"the model of Linear Learner: {PARAMETERS} {exc}: retrain again") from exc
    if not {WEIGHTS, BIASES} <= arrays.keys():
        _refuse(f"its parameters are {listed(map(quoted, sorted(arrays)))}: expected {WEIGHTS} and {BIASES}")
    lines = 1 if len(classes) == 2 else len(classes)
    weights, biases = arrays[WEIGHTS], arrays[BIASES]
    if weights.shape != (lines, encoding.width) or biases.size != lines:
        _refuse(
            f"its weights are {weights.shape} and its biases {biases.shape}: expected {(lines, encoding.width)} and"
            f" {(lines,)}, for {len(classes)} classes and {encoding.width:,} features"
        )
    if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
        raise TrainingFailed("Linear Learner has weights that are not finite: the fit diverged")
    return LinearModel(encoding=encoding, weights=weights, biases=biases.reshape(lines), classes_=tuple(classes))


def _parameters(content: bytes) -> bytes:
    if content.startswith(PICKLE):
        _refuse("it is a pickle, which runs whatever is in it, and nothing is unpickled")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if names.count(PARAMETERS) != 1 or len(names) > FILES_MAX:
                _refuse(f"it holds {listed(map(quoted, names))}: expected {PARAMETERS} among them, once")
            size = archive.getinfo(PARAMETERS).file_size
            if size > PARAMETER_BYTES_MAX:
                _refuse(f"{PARAMETERS} has {size:,} bytes: expected {PARAMETER_BYTES_MAX:,} at most")
            return archive.read(PARAMETERS)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as exc:
        raise ArtifactInvalid("the model of Linear Learner: it is no whole zip file: retrain again") from exc


def _refuse(why: str) -> NoReturn:
    raise ArtifactInvalid(f"the model of Linear Learner: {why}: retrain again")
