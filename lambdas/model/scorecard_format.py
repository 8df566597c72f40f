"""What the table of formats asks of the format `scorecard`: `formats.Code`."""

from lambdas.model.export import export
from lambdas.model.scorecard_artifact import load
from lambdas.model.scorecard_size import foresee
from lambdas.model.supported import check

__all__ = ["check", "export", "foresee", "load"]
