"""Lists the artifact formats in one table of what differs between them. No other module writes or reads an artifact.

A format is safe to read from an untrusted source and has a version number; its reader's docstring says how to change
it. To add a format:

    here                          an entry of FORMATS
    in a folder beside this page  the module that has what `Code` names
    in lambdas/serve              its reader, a module of the format's name, and the name in `handler.FORMATS`

The table itself loads nothing: VersionModel builds packages without numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.errors import ArtifactInvalid
from chalicelib.exact import PROBABILITY_TOLERANCE

if TYPE_CHECKING:
    from lambdas.model.artifact import Artifact
    from lambdas.model.formats.fitted import Expected, Exported, Fitted, Levels
    from lambdas.model.formats.trees.boosted import Boosted
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
    tolerance: float = PROBABILITY_TOLERANCE
    """How far its probabilities may be from the estimator's; labels may never differ."""
    code: Callable[[], Code]
    """Imports it."""
    growth: Callable[[], Growth] | None = None
    """Imports what estimates its size before the fit; None of a format whose size does not depend on the rows."""
    reads: Callable[[], Callable[..., Boosted]] | None = None
    """Imports what reads a model that was trained elsewhere, from its file and the names of its classes; it raises
    ImportRefused. None where no such model goes into this format."""


def _scorecard() -> Code:
    from lambdas.model.formats.scorecard import format as scorecard_format

    return scorecard_format


def _xgboost() -> Callable[..., Boosted]:
    from lambdas.model.formats.trees import xgboost_json

    return xgboost_json.read


def _trees() -> Code:
    from lambdas.model.formats.trees import format as trees_format

    return trees_format


def _onnx() -> Code:
    from lambdas.model.formats.onnx import format as onnx_format

    return onnx_format


def _growth_of_trees() -> Growth:
    from lambdas.model.formats.trees.growth import expected

    return expected


FORMATS: Mapping[str, Format] = {
    "scorecard": Format(file="model.json", serving=("scorecard.py", "functions.py", "dates.py"), code=_scorecard),
    "trees": Format(
        file="model.trees",
        serving=("trees.py", "functions.py", "dates.py"),
        code=_trees,
        growth=_growth_of_trees,
        reads=_xgboost,
    ),
    "onnx": Format(
        file="model.onnx",
        serving=("onnx.py", "functions.py", "dates.py", "onnxruntime.py"),
        layers=("onnxruntime",),
        export_layers=("skl2onnx",),
        tolerance=1e-5,  # onnxruntime couples pairs of classes in 32-bit floats
        code=_onnx,
    ),
}
"""By name; the names are those of `lambdas.serve.handler.FORMATS`."""


def format_of(name: str) -> Format:
    """Raises ArtifactInvalid for a format that this release does not know."""
    if name not in FORMATS:
        raise ArtifactInvalid(f"the artifact's format is {name!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[name]
