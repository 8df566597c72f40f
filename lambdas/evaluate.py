"""Evaluate: scores the exported artifact, the live model and the anchor on the holdout, and lets the gate decide.

It judges the artifact that will be served, never the estimator. It also reads the alias's RevisionId together with
the champion, so that a promotion can only replace the champion that was beaten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chalicelib import layout
from chalicelib.contracts.training import Evaluated, EvaluateTask
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, RegistryIncomplete, VersionUnknown
from chalicelib.evidence import evidence
from chalicelib.layout import Place
from chalicelib.registry import models, publishing, registry, run_documents
from chalicelib.registry.live import look
from chalicelib.registry.manifest import Training
from chalicelib.registry.replay_sample import Sample
from chalicelib.registry.report import Report
from chalicelib.settings.tasks import TaskSettings
from lambdas import answers, engine, recipes, row_answers
from lambdas import live_quality as live_qualities
from lambdas.intermediates import read
from lambdas.model.artifact import Artifact
from lambdas.model.data import room
from lambdas.model.evaluation import champion_fall
from lambdas.model.evaluation.anchor import AnchorVersion, has_anchor
from lambdas.model.evaluation.evaluation import evaluate
from lambdas.model.evaluation.tally.holdout import Holdout
from lambdas.model.formats.all_formats import Format, format_of
from lambdas.model.recipe import Recipe
from lambdas.opening import Opening
from lambdas.parts import Parts
from lambdas.step import Context, carry_out

Judge = Callable[[Edges, EvaluateTask, int | None], dict[str, Any]]
"""Takes the task and the champion's model version; returns the report, with the sample for Replay under `replay`."""


def on_the_holdout(edges: Edges, task: EvaluateTask, champion: int | None, *, memory_mb: int) -> dict[str, Any]:
    """The report of the artifact, of the champion and of the anchor, all scored on the run's holdout."""
    recipe = recipes.load(task.model)
    with Parts(edges, task.holdout_uri, task="Evaluate") as parts:
        rows, size = parts.rows, parts.size_bytes
        room.check_size(room.EVALUATE, rows=rows, table_bytes=size, memory_mb=memory_mb, recipe=recipe)
        opening = Opening(recipe, memory_mb=memory_mb)
        with row_answers.collecting(recipe, rows=rows, disk_bytes=size) as collected:
            made = format_of(run_documents.artifact_format(edges, run=task.run))  # as Train recorded it
            report = evaluate(
                recipe,
                artifact=_made(edges, task, made, opening=opening),
                tolerance=made.tolerance,
                holdout=_holdout(edges, task, parts),
                champion=None if champion is None else _artifact_of(edges, task.model, champion, opening=opening),
                anchor=anchor_version(edges, recipe, champion=champion, opening=opening),
                keep=collected.add,
            )
            return {**report, "row_answers": row_answers.keep(edges, collected, task)}


def run(task: EvaluateTask, edges: Edges, settings: TaskSettings, *, judge: Judge | None = None) -> Evaluated:
    seen = look(edges, model=task.model)
    champion_model_version = models.champion(edges, seen, model=task.model)
    serving_sha256 = publishing.configuration_sha256(edges.functions.configuration(task.model))
    judge_it = judge or partial(on_the_holdout, memory_mb=settings.memory_mb)
    judged = judge_it(edges, task, champion_model_version)
    lineage = run_documents.profile(edges, run=task.run)
    live_quality = live_qualities.told(
        edges,
        task,
        lineage.arrived,
        live=champion_model_version,
        artifact=partial(
            _artifact_of, edges, task.model, opening=Opening(recipes.load(task.model), memory_mb=settings.memory_mb)
        ),
        memory_mb=settings.memory_mb,
    )
    replay = layout.work(task.run, registry.REPLAY)
    edges.store.put(replay, Sample.made_of(judged.pop("replay")).encode())
    of_the_run = {
        "run": task.run,
        "judging": task.judging,
        "fingerprint": lineage.fingerprint,
        "champion_model_version": champion_model_version,
        "swapped": lineage.arrived.swapped if lineage.arrived else {},
        "champion_fell": _fall(edges, judged, model=task.model, champion=champion_model_version),
    }
    training = run_documents.training(edges, run=task.run)
    if judged.get("threshold"):
        judged["threshold"] = {**_chosen(training), **judged["threshold"]}
    if training and training.imported:
        judged["imported"] = training.imported.document
    if training and training.tuning:
        judged["tuning"] = training.tuning.document
    report = Report.made_of({**judged, **of_the_run, **live_quality})
    key = layout.run_document(task.run, "report")
    edges.store.put(key, report.encode())
    return Evaluated(
        passed=report.passed,
        reason=report.reason,
        report_uri=str(Place(edges.store.bucket, key)),
        replay_uri=str(Place(edges.store.bucket, replay)),
        judging=task.judging,
        champion_revision_id=seen.alias.revision_id if seen.alias else None,
        serving_sha256=serving_sha256,
    )


def _fall(edges: Edges, judged: dict[str, Any], *, model: str, champion: int | None) -> list[dict[str, Any]]:
    scored = judged.get("champion") or {}
    if champion is None or not scored.get("scored"):
        return []
    then = registry.manifest(edges, model=model, model_version=champion).ratios
    return champion_fall.fallen(then, scored["ratios"])


def _chosen(training: Training | None) -> Mapping[str, Any]:
    """How Train chose the threshold; its value is the artifact's."""
    return training.threshold.document if training and training.threshold else {}


def anchor_version(edges: Edges, recipe: Recipe, *, champion: int | None, opening: Opening) -> AnchorVersion | None:
    """The recipe's, or the ledger's; None where there is none, as where nothing was ever live to be compared with."""
    if champion is None or not has_anchor(recipe):
        return None
    number = recipe.named_anchor or models.anchor(edges, model=recipe.model)
    if number is None:
        return None
    found = partial(AnchorVersion, model_version=number, is_named=recipe.named_anchor is not None)
    if number == champion:
        return found(is_champion=True)
    try:
        return found(artifact=_artifact_of(edges, recipe.model, number, opening=opening))
    except (ArtifactInvalid, RegistryIncomplete, VersionUnknown) as exc:
        return found(problem=exc.message)


def _holdout(edges: Edges, task: EvaluateTask, parts: Parts) -> Holdout:
    """The parts, each with the estimator's answers for its rows."""
    return Holdout(
        rows={name: len(parts.open(name)) for name in parts.names},
        part=parts.open,
        answers=lambda name: answers.read(edges, task.answers_uri, part=name),
        each=engine.each,
    )


def _artifact_of(edges: Edges, model: str, model_version: int, *, opening: Opening) -> Artifact:
    judged = evidence.judged(edges, model=model, model_version=model_version)
    made = format_of(judged.manifest.format)
    return opening.load(made, evidence.part(edges, judged, judged.manifest.artifact_file))


def _made(edges: Edges, task: EvaluateTask, made: Format, *, opening: Opening) -> Artifact:
    """The artifact that Train exported."""
    body = read(edges, task.artifact_uri)
    found = hashlib.sha256(body).hexdigest()
    if found != task.artifact_sha256:
        raise ArtifactInvalid(
            f"the artifact of {task.artifact_uri} has SHA-256 {found}, recorded is {task.artifact_sha256}"
        )
    return opening.load(made, body)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(EvaluateTask, event, context, state="evaluate", run=run)
