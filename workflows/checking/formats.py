"""Finds what a stage's models ask for: layers, by the formats that their estimators are served in, and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chalicelib.errors import EstimatorUnsupported
from lambdas import recipes
from lambdas.model.formats.all_formats import FORMATS, Format, format_of
from lambdas.model.formats.package import code_files
from lambdas.model.recipe import Endpoint, Recipe, Serving
from workflows.checking.file import format_for
from workflows.packaging.archive import Package, pack
from workflows.packaging.layers import REQUIRES
from workflows.packaging.needs import Needs


def needs(models: Iterable[str]) -> Needs:
    """Of these models, whose recipes can be served."""
    found = {model: recipes.load(model) for model in models}
    formats = {model: format_for(recipe) for model, recipe in found.items()}
    check_engines(found, formats)
    required = [each for recipe in found.values() for each in recipe.requires]
    known = needs_of({model: name for model, name in formats.items() if name}, required=required)
    memory_mb, seconds = sizes_of({model: recipe.serving for model, recipe in found.items()})
    on_sagemaker = tuple(model for model, recipe in found.items() if recipe.on_sagemaker)
    by_built_ins = tuple(model for model in on_sagemaker if found[model].built_in)
    by_tuner = tuple(model for model in on_sagemaker if found[model].tuned_by_jobs)
    endpoints, serverless = endpoints_of({model: recipe.endpoint for model, recipe in found.items()})
    return replace(
        known,
        memory_mb=memory_mb,
        timeout_seconds=seconds,
        on_sagemaker=on_sagemaker,
        by_built_ins=by_built_ins,
        by_tuner=by_tuner,
        endpoints=endpoints,
        serverless=serverless,
    )


def check_engines(found: Mapping[str, Recipe], formats: Mapping[str, str | None]) -> None:
    """Raises EstimatorUnsupported for a training job whose image has no library for the format."""
    for model, recipe in found.items():
        name = formats[model]
        if recipe.on_sagemaker and name and FORMATS[name].layers:
            raise EstimatorUnsupported(
                f"the estimator of recipe {model} goes into the format {name}, whose libraries SageMaker's image of"
                " scikit-learn does not have: leave engine out of the recipe",
                model=model,
            )


def endpoints_of(targets: Mapping[str, Endpoint | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The models whose versions have endpoints, and those of them whose endpoints have no instances."""
    found = {model: each for model, each in targets.items() if each}
    return tuple(found), tuple(model for model, each in found.items() if each.serverless is not None)


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


def layers_of(name: str) -> tuple[str, ...]:
    """What serves this format has these; raises ArtifactInvalid for a format that this release does not know."""
    return format_of(name).layers


def with_layers() -> tuple[str, ...]:
    """The formats that Python alone does not score."""
    return tuple(name for name, each in FORMATS.items() if each.layers)


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
