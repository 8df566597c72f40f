"""Lists the artifact formats in one table of what differs between them. No other module writes or reads an artifact.

A format is safe to read from an untrusted source and has a version number; its reader's docstring says how to change
it. To add a format:

    here                          an entry of FORMATS
    in a folder beside this page  the module that has what `Code` names
    in lambdas/serve              its reader, a module of the format's name, and the name in `handler.FORMATS`

The table itself loads nothing: VersionModel builds packages without numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.errors import ArtifactInvalid
from chalicelib.exact import PROBABILITY_TOLERANCE

if TYPE_CHECKING:
    from lambdas.model.arrays import Floats
    from lambdas.model.artifact import Artifact
    from lambdas.model.data.room import Held
    from lambdas.model.formats.encoded import Encoding
    from lambdas.model.formats.fitted import Expected, Exported, Fitted, Levels
    from lambdas.model.recipe import Recipe


class Code(Protocol):
    """The functions that a format's module has."""

    def check(self, estimator: Any, /) -> None:
        """Raises EstimatorUnsupported when an unfitted estimator has no exact form in this format."""

    def export(self, fitted: Fitted, /) -> Exported:
        """Raises EstimatorUnsupported, for an artifact that Lambda would not take too, and TrainingFailed."""

    def foresee(self, few: Exported, /, *, recipe: Recipe, levels: Levels) -> None:
        """Raises EstimatorUnsupported when `few`, a fit on few rows, would be too large with these levels."""

    def load(self, content: bytes, /) -> Artifact:
        """Raises ArtifactInvalid for content that is no artifact of this format, or one that it cannot read."""


class Foreign(Protocol):
    """A model that was trained elsewhere, as its file says. Once it is placed, it is a fitted classifier, as those of
    scikit-learn, whose answers are the file's own; they raise ImportRefused where it cannot answer."""

    @property
    def features(self) -> Sequence[str]:
        """The names of its columns; none where the file names none: then they are the recipe's, in its order."""

    @property
    def categories(self) -> Mapping[int, tuple[str, ...]]:
        """Of each feature that is one of categories their names, by code."""

    @property
    def labels(self) -> Sequence[str]:
        """Its own names of its classes 0, 1 and so on; none where the file names none."""

    @property
    def keeps_missing(self) -> bool:
        """Whether it finds its own way for a missing number."""

    @property
    def maker(self) -> str:
        """What made it, in words."""

    @property
    def warnings(self) -> Sequence[str]:
        """What has to be known of it."""

    def placed(self, columns: Sequence[str], *, classes: Sequence[str]) -> Foreign:
        """The same for features in this order and with these names of classes. Raises ImportRefused."""

    def get_params(self) -> dict[str, Any]:
        """What a run's documents tell of it."""

    def predict_proba(self, X: Floats, /) -> Floats:
        """(n, k)"""


class Classifier(Protocol):
    """A fitted classifier that is none of scikit-learn's, as `Fitted` has one."""

    @property
    def classes_(self) -> Sequence[str]:
        """In the order of the probabilities."""

    def predict_proba(self, X: Floats, /) -> Floats:
        """(n, k)"""


class ReadsBuiltIn(Protocol):
    """Reads the model that a training job of one of SageMaker's own algorithms leaves, and trusts nothing of it."""

    def __call__(self, content: bytes, *, encoding: Encoding, classes: Sequence[str]) -> Classifier:
        """Raises ArtifactInvalid, and TrainingFailed for numbers that diverged."""


class Holds(Protocol):
    """Foretells what the artifact of an unfitted estimator will hold."""

    def __call__(self, estimator: Any, /, *, columns: int, classes: int) -> Held: ...


class Growth(Protocol):
    """Estimates how large an artifact becomes, of fits on few rows and on more of them."""

    def __call__(self, few: Exported, more: Exported, /, *, rows: tuple[int, int, int]) -> Expected:
        """`rows` of the few, of the more, and of the whole fit."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """One artifact format."""

    file: str
    """The artifact's name among a run's intermediates, in the registry and in the package: `model.` and an ending."""
    serving: tuple[str, ...]
    """The modules of `lambdas/serve` that this format's packages alone hold."""
    layers: tuple[str, ...] = ()
    """What its serving function needs beside Python, and Evaluate too, as `workflows.packaging.layers` names it."""
    export_layers: tuple[str, ...] = ()
    """What Train needs to export to it, beside its usual layers."""
    import_layers: tuple[str, ...] = ()
    """What Train needs too for a model that was trained elsewhere, where there is room for it."""
    stored: bool = False
    """Whether an artifact may be too large for its package: then its function reads it from the bucket."""
    tolerance: float = PROBABILITY_TOLERANCE
    """How far its probabilities may be from the estimator's; labels may never differ."""
    code: Callable[[], Code]
    """Imports it."""
    growth: Callable[[], Growth] | None = None
    """Imports what estimates its size before the fit; None of a format whose size does not depend on the rows."""
    held: Callable[[], Holds] | None = None
    """Imports what foretells how much of the training its artifact holds; None of a format whose export takes little
    memory."""
    reads: Callable[[], Callable[..., Foreign]] | None = None
    """Imports what reads a model that was trained elsewhere, from its file and the names of its classes; it raises
    ImportRefused. None where no such model goes into this format."""
    built_in: Callable[[], ReadsBuiltIn] | None = None
    """Imports what reads the model of one of SageMaker's own algorithms; None where none goes into this format."""
    marks: tuple[bytes, ...] = ()
    """What such a file begins with, or another that was meant to be one; none of a format of texts."""


def _scorecard() -> Code:
    from lambdas.model.formats.scorecard import format as scorecard_format

    return scorecard_format


def _linear_learner() -> ReadsBuiltIn:
    from lambdas.model.formats.scorecard import linear_learner

    return linear_learner.read


def _xgboost_of_sagemaker() -> ReadsBuiltIn:
    from lambdas.model.formats.trees import xgboost_json

    return xgboost_json.read_left


def _xgboost() -> Callable[..., Foreign]:
    from lambdas.model.formats.trees import xgboost_json

    return xgboost_json.read


def _trees() -> Code:
    from lambdas.model.formats.trees import format as trees_format

    return trees_format


def _foreign_graph() -> Callable[..., Foreign]:
    from lambdas.model.formats.onnx import foreign

    return foreign.read


def _onnx() -> Code:
    from lambdas.model.formats.onnx import format as onnx_format

    return onnx_format


def _growth_of_trees() -> Growth:
    from lambdas.model.formats.trees.size import expected

    return expected


def _held_by_a_graph() -> Holds:
    from lambdas.model.formats.onnx.held import held

    return held


FORMATS: Mapping[str, Format] = {
    "scorecard": Format(
        file="model.json",
        serving=("scorecard.py", "number_functions.py", "dates.py"),
        code=_scorecard,
        built_in=_linear_learner,
    ),
    "trees": Format(
        file="model.trees",
        serving=("trees.py", "paired.py", "number_functions.py", "dates.py"),
        code=_trees,
        growth=_growth_of_trees,
        reads=_xgboost,
        built_in=_xgboost_of_sagemaker,
    ),
    "onnx": Format(
        file="model.onnx",
        serving=("onnx.py", "number_functions.py", "dates.py", "onnxruntime.py"),
        layers=("onnxruntime",),
        export_layers=("skl2onnx",),
        import_layers=("onnxruntime",),
        stored=True,
        tolerance=1e-5,  # onnxruntime couples pairs of classes in 32-bit floats
        code=_onnx,
        held=_held_by_a_graph,
        reads=_foreign_graph,
        marks=(b"\x08", b"PK\x03\x04", b"\x89HDF"),  # the IR version; archives, as PyTorch and Keras save
    ),
}
"""By name; the names are those of `lambdas.serve.handler.FORMATS`."""


def format_of(name: str) -> Format:
    """Raises ArtifactInvalid for a format that this release does not know."""
    if name not in FORMATS:
        raise ArtifactInvalid(f"the artifact's format is {name!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[name]
