"""Finds the layers that a stage needs, by the formats that its recipes' estimators are served in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lambdas import recipes
from lambdas.model.formats.table import FORMATS, Format
from workflows.checking.file import format_for
from workflows.packaging.needs import Needs


def needs(models: Iterable[str]) -> Needs:
    """Of these models, whose recipes can be served."""
    formats = {model: format_for(recipes.load(model)) for model in models}
    return needs_of({model: name for model, name in formats.items() if name})


def needs_of(formats: Mapping[str, str], *, table: Mapping[str, Format] = FORMATS) -> Needs:
    """Of models with these formats, by model."""
    found = {model: table[name] for model, name in formats.items()}
    return Needs(
        serving={model: each.layers for model, each in found.items() if each.layers},
        export=tuple(dict.fromkeys(layer for each in found.values() for layer in each.export_layers)),
    )
