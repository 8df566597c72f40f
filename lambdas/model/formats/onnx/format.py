"""Gives the table of formats its functions for the format `onnx`: see `formats.Code`."""

from lambdas.model.formats.onnx.artifact import load
from lambdas.model.formats.onnx.export import export, foresee
from lambdas.model.formats.onnx.supported import check

__all__ = ["check", "export", "foresee", "load"]
