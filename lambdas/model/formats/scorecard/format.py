"""What the table of formats asks of the format `scorecard`: `formats.Code`."""

from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.formats.scorecard.size import foresee
from lambdas.model.formats.scorecard.supported import check

__all__ = ["check", "export", "foresee", "load"]
