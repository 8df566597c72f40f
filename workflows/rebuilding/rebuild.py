"""Trains a version again: the files that it was made of, the same draw, the tasks Preprocess and Train, and compares.

    manifest -> each file's content, by its version ID -> a bucket in a folder -> Preprocess -> Train -> the artifact

The recipe and the code are those of this checkout. Where they are not those of then, the result tells so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import layout
from chalicelib.contracts.training import TrainTask
from chalicelib.edges import Edges, serving_layers
from chalicelib.edges.object_versions import ObjectVersions
from chalicelib.errors import ArtifactInvalid, CommandFailed, RegistryIncomplete
from chalicelib.evidence import evidence
from chalicelib.registry import run_documents
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.report import Imported
from chalicelib.runs.dataset import Object
from chalicelib.settings.tasks import TaskSettings
from lambdas import recipes
from lambdas.model.recipe import Recipe
from workflows.checking.formats import needs_of
from workflows.rebuilding import contents
from workflows.rebuilding.folder_store import FolderStore

if TYPE_CHECKING:
    from lambdas.model.artifact import Artifact
    from lambdas.parts import Parts

RUN = "rebuild"
Progress = Callable[[str, int, int], None]
"""What is done now, how many of it are done, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Distance:
    """How far two artifacts are from each other, on the rows of the holdout."""

    rows: int
    other_labels: int
    """The rows that get another label."""
    largest: float
    """The largest difference between two probabilities of a class, 0..1."""


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    model: str
    model_version: int
    is_equal: bool
    """Bit by bit."""
    sha256: str
    """Of the artifact that was made now."""
    recipe_changed: bool
    distance: Distance | None
    """None where the artifacts are equal, or one of them cannot be asked; `problem` says why then."""
    problem: str = ""


def rebuild(
    edges: Edges,
    versions: ObjectVersions,
    *,
    model: str,
    model_version: int,
    folder: Path,
    progress: Progress,
    load: Callable[[str], Recipe] = recipes.load,
) -> Rebuilt:
    """`folder` is empty, and may be deleted afterwards.

    Raises VersionUnknown, RegistryIncomplete, RecipeUnknown, RecipeInvalid; CommandFailed for content that is gone;
    and the errors of Preprocess and Train, which a run would end with.
    """
    from lambdas import packs, parts, splits, train
    from lambdas.model.training.estimator import format_for

    judged = evidence.judged(edges, model=model, model_version=model_version)
    manifest, recipe = judged.manifest, load(model)
    if not manifest.data:
        raise CommandFailed(f"version {model_version} of {model} does not tell which files it was made of")
    then = datetime.fromisoformat(manifest.created_at)  # which dates of rows can be, its run knew by its clock
    local = replace(edges, store=FolderStore(folder), clock=lambda: then)
    _fetch(local, versions, manifest, progress=progress)
    if manifest.imported:
        local.store.put(manifest.imported.key, _imported(edges, manifest.imported))
    progress("training", 0, 1)
    known = splits.of_version(edges, model=model, model_version=model_version, split=recipe.split)
    needed = needs_of({model: format_for(recipe)}).serving  # as deployed for it: nothing is served here
    settings = TaskSettings(stage=RUN, code_sha256="", serving_sha256="", serving_layers=serving_layers.told(needed))
    prepared = packs.from_objects(
        local, model, _listed(local, model=model), known, memory_mb=settings.memory_mb, load=load
    )
    sides = {name: getattr(prepared, name) for name in ("train", "holdout")}
    brought = {"train": manifest.imported}
    uris = {
        f"{name}_uri": parts.listed(local, side, run=RUN, side=name, imported=brought.get(name))
        for name, side in sides.items()
    }
    made = train.run(TrainTask(run=RUN, model=model, **uris), local, settings, load=load)
    is_equal = made.artifact_sha256 == manifest.artifact_sha256
    distance, problem = None, ""
    if not is_equal:
        try:
            before = evidence.part(edges, judged, manifest.artifact_file)
            with parts.Parts(local, uris["holdout_uri"], task="Evaluate") as holdout:
                distance = _distance(_read(before, manifest.format), _made(local), holdout, recipe=recipe)
        except (ArtifactInvalid, RegistryIncomplete) as exc:
            problem = exc.message
    return Rebuilt(
        model=model,
        model_version=model_version,
        is_equal=is_equal,
        sha256=made.artifact_sha256,
        recipe_changed=manifest.recipe_sha256 != recipes.source_sha256(model),
        distance=distance,
        problem=problem,
    )


def _fetch(local: Edges, versions: ObjectVersions, manifest: Manifest, *, progress: Progress) -> None:
    for done, source in enumerate(manifest.data):
        progress("reading the files of then", done, len(manifest.data))
        body = contents.read(versions, source, model=manifest.model, model_version=manifest.model_version)
        local.store.put(layout.dataset(manifest.model, source.name), body)


def _imported(edges: Edges, brought: Imported) -> bytes:
    stored = edges.store.find(brought.key)
    if stored is None:
        raise CommandFailed(f"it was {brought.words}, and {brought.key} is gone from bucket {edges.store.bucket}")
    return stored.body


def _listed(local: Edges, *, model: str) -> list[Object]:
    found = local.store.list(layout.dataset(model))
    return [Object(key=each.key, etag=each.etag, size_bytes=each.size_bytes) for each in found]


def _made(local: Edges) -> Artifact:
    from lambdas.model.formats.all_formats import format_of

    form = run_documents.artifact_format(local, run=RUN)
    stored = local.store.find(layout.work(RUN, format_of(form).file))
    assert stored is not None  # Train wrote it just now
    return _read(stored.body, form)


def _read(content: bytes, form: str) -> Artifact:
    from lambdas.model.formats.all_formats import format_of

    return format_of(form).code().load(content)


def _distance(before: Artifact, now: Artifact, holdout: Parts, *, recipe: Recipe) -> Distance:
    """Raises ArtifactInvalid where the older artifact takes columns or categories that the rows do not have."""
    import numpy as np

    from lambdas.model.artifact import served

    rows, other_labels, largest = 0, 0, 0.0
    for name in holdout.names:
        features: Mapping[str, np.ndarray] = holdout.open(name).table().features(recipe)
        old, new = served(before, features), served(now, features)
        rows += len(new)
        other_labels += int(np.count_nonzero(old.labels != new.labels))
        for label in {*old.classes, *new.classes}:
            largest = max(largest, float(np.abs(old.of(label) - new.of(label)).max(initial=0.0)))
    return Distance(rows=rows, other_labels=other_labels, largest=largest)
