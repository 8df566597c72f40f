"""Finds what a stage's models ask for: layers, by the formats that their estimators are served in, and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lambdas import recipes
from lambdas.model.formats.package import code_files
from lambdas.model.formats.table import FORMATS, Format
from lambdas.model.recipe import Serving
from workflows.checking.file import format_for
from workflows.packaging.archive import Package, pack
from workflows.packaging.layers import REQUIRES
from workflows.packaging.needs import Needs


def needs(models: Iterable[str]) -> Needs:
    """Of these models, whose recipes can be served."""
    found = {model: recipes.load(model) for model in models}
    formats = {model: format_for(recipe) for model, recipe in found.items()}
    required = [each for recipe in found.values() for each in recipe.requires]
    known = needs_of({model: name for model, name in formats.items() if name}, required=required)
    memory_mb, seconds = sizes_of({model: recipe.serving for model, recipe in found.items()})
    return replace(known, memory_mb=memory_mb, timeout_seconds=seconds)


def sizes_of(serving: Mapping[str, Serving]) -> tuple[dict[str, int], dict[str, int]]:
    """Memory and time that the recipes set, each by model."""
    return (
        {model: each.memory_mb for model, each in serving.items() if each.memory_mb is not None},
        {model: each.timeout_seconds for model, each in serving.items() if each.timeout_seconds is not None},
    )


def serving_packages(models: Iterable[str]) -> dict[str, Package]:
    """The code that serves each model, in its format and without an artifact; of those alone that can be served."""
    formats = {model: format_for(recipes.load(model)) for model in models}
    return {model: pack(code_files(FORMATS[name])) for model, name in formats.items() if name}


def needs_of(
    formats: Mapping[str, str], *, required: Sequence[str] = (), table: Mapping[str, Format] = FORMATS
) -> Needs:
    """Of models with these formats, by model; `required` are the packages that their recipes require. Beside these
    Train has no room for what imports need."""
    own = (REQUIRES.name,) if required else ()
    exporting = [layer for name in formats.values() for layer in table[name].export_layers]
    importing = [layer for name in formats.values() for layer in table[name].import_layers if not own]
    found = {model: table[name] for model, name in formats.items()}
    return Needs(
        serving={model: each.layers for model, each in found.items() if each.layers},
        stored=tuple(model for model, each in found.items() if each.stored),
        export=tuple(dict.fromkeys([*exporting, *importing, *own])),
    )
