"""Preprocess: takes the lease, decides whether anything is new, and splits the data set into train and holdout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib.contracts.decisions import TRAIN, TRAIN_ON_SAGEMAKER, TUNE_ON_SAGEMAKER
from chalicelib.contracts.training import Preprocessed, PreprocessTask, TrainingJob, TrainTask
from chalicelib.cutting import amount
from chalicelib.edges import Edges
from chalicelib.quality.left_out import LeftOut, in_words
from chalicelib.registry import run_documents
from chalicelib.registry.manifest import Source
from chalicelib.registry.run_documents import Arrived, DataProfile, Profile
from chalicelib.runs import dataset, novelty
from chalicelib.runs.dataset import Object
from chalicelib.settings.tasks import TaskSettings
from lambdas import arrivals, recipes, splits
from lambdas.engines.sagemaker import built_in, job, tuner
from lambdas.horizon import within
from lambdas.leaving_out import LeavingOut
from lambdas.model.data.swapped import in_words as in_a_sentence
from lambdas.model.recipe import Recipe
from lambdas.packs import Prepare, from_objects
from lambdas.parts import Prepared, listed
from lambdas.split_words import told
from lambdas.splits import Splits
from lambdas.step import Context, carry_out

LISTED_FILES = 3
"""Left out, in the reason of the task."""


def run(
    task: PreprocessTask,
    edges: Edges,
    settings: TaskSettings,
    *,
    read: Prepare | None = None,
    load: Callable[[str], Recipe] = recipes.load,
) -> Preprocessed:
    recipe_sha256 = recipes.source_sha256(task.model)
    leaving_out = LeavingOut(edges, model=task.model, run=task.run, load=load)
    new = novelty.begin(
        edges,
        task,
        recipe_sha256=recipe_sha256,
        settings=settings,
        choose=lambda objects: within(edges, load(task.model), leaving_out.read_at_all(objects)),
    )
    if isinstance(new, Preprocessed):
        return new
    recipe = load(task.model)
    first_split = splits.known(edges, model=task.model, split=recipe.split)
    unseen = arrivals.unseen(edges, model=task.model, objects=new.objects, known=first_split)
    prepare_all = read or partial(
        from_objects, memory_mb=settings.memory_mb, load=load, known_bad=leaving_out.known_bad
    )
    prepared = prepare_all(edges, task.model, new.objects, first_split)
    gone = leaving_out.write_down(new.listed, prepared)
    objects, fingerprint = new.objects, new.fingerprint
    if prepared.bad:
        objects = tuple(each for each in objects if each.name(model=task.model) not in prepared.bad)
        fingerprint = dataset.fingerprint(
            objects, recipe_sha256=recipe_sha256, settings=settings, imported=new.imported
        )
        known = novelty.nothing_new(edges, task, fingerprint=fingerprint)
        if known is not None:
            return novelty.without_data(f"{known}{_left_out(gone)}", fingerprint)
    rows = prepared.profile["rows"]
    arrived = arrivals.hand_over(edges, unseen.but(prepared.bad), prepared, recipe=recipe, run=task.run)
    profile = Profile(
        fingerprint=fingerprint,
        recipe_sha256=recipe_sha256,
        code_sha256=settings.code_sha256,
        objects=tuple(_source(task.model, each, prepared) for each in objects),
        splits=first_split.and_of(_splits(task.model, objects, prepared)).to_document(),
        profile=DataProfile.of(prepared.profile),
        arrived=arrived,
    )
    run_documents.keep_profile(edges, profile, run=task.run)
    sides = {
        "train_uri": listed(edges, prepared.train, run=task.run, side="train", imported=new.imported),
        "holdout_uri": listed(edges, prepared.holdout, run=task.run, side="holdout"),
    }
    engine = None if new.imported else recipe.on_sagemaker
    own = recipe.built_in if engine else None
    by = own.algorithm if own else ""
    where = f"; {job.in_words(engine, by=by, tune=recipe.tuned_by_jobs)}" if engine else ""
    work = TrainTask(run=task.run, model=task.model, **sides)
    return Preprocessed(
        decision=_decision(recipe) if engine else TRAIN,
        reason=f"{amount(rows, 'row')} in {amount(len(objects), 'object')}{told(prepared, recipe)}{_left_out(gone)}"
        f"{_changed(prepared.profile)}{_swapped(arrived)}{where}",
        fingerprint=fingerprint,
        **sides,
        who=task.run,
        why="",
        is_approved=False,
        model_version=None,
        function_version=None,
        champion_revision_id=None,
        job=_job(edges, work, recipe, settings) if engine else None,
    )


def _decision(recipe: Recipe) -> str:
    """Of a recipe that has an engine."""
    if recipe.built_in is not None:
        return built_in.decision(recipe, recipe.built_in)
    return TUNE_ON_SAGEMAKER if recipe.tuned_by_jobs else TRAIN_ON_SAGEMAKER


def _job(edges: Edges, work: TrainTask, recipe: Recipe, settings: TaskSettings) -> TrainingJob | None:
    """What the training job of the recipe's engine is to be."""
    engine, own = recipe.on_sagemaker, recipe.built_in
    if engine is None:
        return None
    if own is not None:
        return built_in.describe(edges, work, recipe, own, engine, stage=settings.stage, memory_mb=settings.memory_mb)
    if recipe.tuned_by_jobs:
        return tuner.describe(edges, work, recipe.tuned_by_jobs, engine, stage=settings.stage)
    return job.describe(edges, work, engine, stage=settings.stage)


def _source(model: str, found: Object, prepared: Prepared) -> Source:
    name = found.name(model=model)
    of, bad = prepared.profile["objects"][name]["rows"], prepared.profile.get("left_out", {}).get(name)
    known = {"name": name, "etag": found.etag, "bytes": found.size_bytes, "rule": prepared.draws[name].rule}
    known |= {"rows": of - bad["rows"], "rows_left_out": bad["rows"]} if bad else {"rows": of}
    read = prepared.version_ids.get(name)
    return Source.of(known if read is None else {**known, "version_id": read})


def _splits(model: str, objects: Sequence[Object], prepared: Prepared) -> Splits:
    names = [(each.name(model=model), each.etag) for each in objects]
    return Splits(
        {(name, etag): prepared.draws[name] for name, etag in names},
        {(name, etag): prepared.digests[name] for name, etag in names if name in prepared.digests},
    )


def _left_out(files: Sequence[LeftOut]) -> str:
    """Begins with a semicolon, or is empty."""
    return f"; left out as bad: {in_words(files, most=LISTED_FILES)}" if files else ""


def _changed(profile: Mapping[str, Any]) -> str:
    """Tells of the rows that the recipe drops, and of the cells that got another value."""
    dropped = sum(each.get("dropped", 0) for each in profile.get("left_out", {}).values())
    told = f"; {amount(dropped, 'row')} dropped" if dropped else ""
    columns = [each for of_object in profile.get("changed", {}).values() for each in of_object.values()]
    for what in ("missing", "clipped"):
        cells = sum(each.get(what, 0) for each in columns)
        told += f"; {amount(cells, 'cell')} {what}" if cells else ""
    return told


def _swapped(arrived: Arrived | None) -> str:
    found = arrived.swapped if arrived else {}
    return "".join(f"; {in_a_sentence(pairs, name=name)}" for name, pairs in [*found.items()][:LISTED_FILES])


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(PreprocessTask, event, context, state="preprocess", run=run)
