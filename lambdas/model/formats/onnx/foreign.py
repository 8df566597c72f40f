"""A graph that was trained elsewhere: answers as its own file does, and becomes the artifact's graph.

Its answers come from the file, as it was brought. So Evaluate, which holds the artifact to them, sees what was put
around the graph go wrong, and a column that was taken for another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from chalicelib.cutting import listed
from chalicelib.errors import ImportRefused, LayersMissing
from lambdas.model.arrays import Floats, Texts
from lambdas.model.formats.onnx.artifact import ROWS_AT_A_TIME
from lambdas.model.formats.onnx.checking import dimensions, parsed, refused
from lambdas.model.formats.onnx.inputs_and_outputs import Signature, signature
from lambdas.model.formats.onnx.wrapping import asking, wrapped
from lambdas.serve.native.onnxruntime import GraphRefused, Session
from lambdas.serve.onnx import INPUT, LABELS, PROBABILITIES

TWO = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class ForeignGraph:
    """A fitted classifier, as scikit-learn's, once it is `placed`. X is (n, features)."""

    model: Any
    """The file as a ModelProto, which was checked."""
    session: Session
    """Answers as the file does."""
    taken: Signature
    places: tuple[int, ...] = ()
    """Of its columns among those of X."""
    classes_: Sequence[str]

    @property
    def categories(self) -> Mapping[int, tuple[str, ...]]:
        """None: texts are not imported."""
        return {}

    @property
    def keeps_missing(self) -> bool:
        """Whether it finds its own way for a missing number: a graph makes NaN of it, mostly."""
        return False

    @property
    def features(self) -> Sequence[str]:
        return self.taken.features

    @property
    def labels(self) -> Sequence[str]:
        return self.taken.labels

    @property
    def maker(self) -> str:
        return f"ONNX of {self.model.producer_name or 'an unnamed maker'} {self.model.producer_version}".rstrip()

    @property
    def warnings(self) -> Sequence[str]:
        told = []
        if not self.features:
            told.append("the file does not name its columns: they are taken for the recipe's, in its order")
        if self.taken.is_score:
            made = "Sigmoid" if self.is_single else "Softmax"
            told.append(f"the model answers with scores, of which {made} makes probabilities")
        return told

    @cached_property
    def is_single(self) -> bool:
        """Whether it answers with one number a row, which is of the second of two classes."""
        width: int = self._run(np.zeros((TWO, len(self.places)))).shape[1]
        if width not in (len(self.classes_), 1 if len(self.classes_) == TWO else 0):
            refused(
                f"answers with {width} numbers a row, and the recipe has {len(self.classes_)} classes:"
                f" {listed(self.classes_)}"
            )
        return width == 1

    def placed(self, columns: Sequence[str], *, classes: Sequence[str]) -> ForeignGraph:
        """The same for features in this order, and with these names of classes. Raises ImportRefused when it takes
        another number of them, does not run, or answers with another number of classes."""
        features = self.features or tuple(columns)
        width = self.taken.inputs[0].shape[1] if self.taken.is_array else len(features)
        if width not in (None, len(columns)):
            refused(f"takes {width} columns, and the recipe has {len(columns)}: {listed(columns)}")
        made = replace(self, places=tuple(columns.index(name) for name in features), classes_=tuple(classes))
        made.is_single  # noqa: B018  # asked once, so that a file that does not run is refused here
        return made

    def graph(self) -> bytes:
        return wrapped(
            self.model,
            self.taken,
            places=self.places,
            classes=self.classes_,
            is_single=self.is_single,
        )

    def predict_proba(self, X: Floats) -> Floats:
        """(n, k), of one row or more. Raises ImportRefused for an answer that is no number."""
        scores = self._run(X, width=1 if self.is_single else len(self.classes_))
        if not np.isfinite(scores).all():
            row = X[int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])]
            refused(
                f"answers with what is no number (NaN or infinity), of {dimensions(row.tolist())} for instance: give"
                " the recipe's columns a minimum or a maximum, or let the model take any number"
            )
        if self.taken.is_score:
            scores = _sigmoid(scores) if self.is_single else _softmax(scores)
        return np.column_stack([1.0 - scores, scores]) if self.is_single else scores

    def predict(self, X: Floats) -> Texts:
        labels: Texts = np.array(self.classes_, dtype=np.str_)[self.predict_proba(X).argmax(axis=1)]
        return labels

    def get_params(self) -> dict[str, Any]:
        """What a run's documents tell of it."""
        opsets = {each.domain or "ai.onnx": each.version for each in self.model.opset_import}
        return {"operators": len(self.model.graph.node), "opset": opsets.get("ai.onnx"), "answer": self.taken.output}

    def _run(self, X: Floats, *, width: int | None = None) -> Floats:
        """(n, 1) or (n, k): what the file itself answers, as many rows at a time as Evaluate asks. `width` is the
        number of columns of an answer, where that is known."""
        answers: list[Floats] = []
        for begin in range(0, len(X), ROWS_AT_A_TIME):
            some = X[begin : begin + ROWS_AT_A_TIME, list(self.places)]
            try:
                shape, numbers = self.session.run(some.tolist(), named=INPUT, labels=LABELS, numbers=PROBABILITIES)
            except GraphRefused as exc:
                raise ImportRefused(
                    f"onnxruntime does not run the file on {len(some)} rows ({exc}): export it so that every operator"
                    " takes any number of rows"
                ) from exc
            if shape[:1] != [str(len(some))] or width not in (None, len(numbers) // len(some)):
                refused(
                    f"answers {len(some)} rows with an array of shape [{', '.join(shape)}]: expected [rows, classes]"
                )
            answers.append(np.array(numbers).reshape(len(some), -1))
        return np.concatenate(answers)


def read(content: bytes, *, classes: Sequence[str]) -> ForeignGraph:
    """Raises ImportRefused, naming what is wrong; LayersMissing without onnx or onnxruntime."""
    model = parsed(content)
    taken = signature(model)
    try:
        session = Session(asking(model, taken))
    except GraphRefused as exc:
        raise ImportRefused(
            f"onnxruntime does not take the file ({exc}): it has no such operator, or not of these types; export it"
            " for another opset, in 32-bit floats"
        ) from exc
    except ModuleNotFoundError as exc:
        raise LayersMissing(
            f"a file of ONNX is run with {exc.name}, which is not here: run make setup-onnx on this machine, or"
            " nightswap deploy where Train lacks it, which has no room for it beside what recipes require",
            layers=["onnxruntime"],
        ) from exc
    return ForeignGraph(model=model, session=session, taken=taken, classes_=tuple(classes))


def _sigmoid(scores: Floats) -> Floats:
    shares: Floats = np.exp(-np.logaddexp(0.0, -scores))
    return shares


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
