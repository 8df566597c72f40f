"""Gives the table of formats its functions for the format `scorecard`: see `formats.Code`."""

from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.formats.scorecard.size import foresee
from lambdas.model.formats.scorecard.supported import check

__all__ = ["check", "export", "foresee", "load"]
