"""Gives the table of formats its functions for the format `trees`: see `formats.Code`."""

from lambdas.model.formats.trees.artifact import load
from lambdas.model.formats.trees.export import export
from lambdas.model.formats.trees.size import foresee
from lambdas.model.formats.trees.supported import check

__all__ = ["check", "export", "foresee", "load"]
