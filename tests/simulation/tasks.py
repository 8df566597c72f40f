"""The state machine's tasks for the simulation: the real ones, with machine learning of a few bytes.

A data set's objects hold a quality and a word each (see `serving`), and so does a file that is imported. Training
gives a model of that file's, or of the last object's. The gate lets through what is no worse than the champion. All
else is the real code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import lambdas.evaluate
import lambdas.preprocess
import lambdas.replay
import lambdas.shift_traffic
from chalicelib import layout
from chalicelib.contracts.payload import from_event
from chalicelib.contracts.rollout import ReplayTask, RolloutDecided, ShiftTrafficTask, SwapAliasTask, VersionModelTask
from chalicelib.contracts.runs import RecordOutcomeTask, RestoreAliasTask
from chalicelib.contracts.training import Evaluated, EvaluateTask, Preprocessed, PreprocessTask, Trained, TrainTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, VersionUnknown
from chalicelib.evidence import evidence
from chalicelib.layout import Place
from chalicelib.registry import models, run_documents
from chalicelib.registry.manifest import Artifact, Training
from chalicelib.registry.report import Imported
from chalicelib.runs.dataset import Object
from chalicelib.settings.tasks import TaskSettings
from lambdas import imports, record_outcome, restore_alias, swap_alias, version_model
from lambdas.intermediates import put_all, read
from lambdas.model.data.part import Part
from lambdas.model.formats.all_formats import format_of
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Approval, Shift
from lambdas.model.splitting.split import DRAWN, Draw
from lambdas.parts import Parts, Prepared, stored
from lambdas.splits import Splits
from lambdas.step import documented
from tests.simulation import serving
from tests.simulation.machine import TaskFunction
from tests.simulation.serving import WORDS

SETTINGS = TaskSettings(stage="simulation", code_sha256="code", serving_sha256="serving", stale_days=1)
FLOOR = 0
"""The least quality that passes the gate."""
EVERY_WORD = (*WORDS, *serving.FORMATS)
MARGIN = 1
"""By how much a model may be worse than the anchor; it takes its place if it is better by more than twice that."""


def rows_of(edges: Edges, model: str, objects: Sequence[Object], known: Splits) -> Prepared:
    """One row for both parts, which holds the last object's quality and word."""
    quality, word = read(edges, str(Place(edges.store.bucket, objects[-1].key))).decode().split()
    numbers = np.array([[float(quality), float(EVERY_WORD.index(word))]])
    table = Table(numbers, np.empty((1, 0), dtype="U1"), np.array(["normal"]))
    draws = {name: _draw(name, each, known) for each in objects if (name := each.key.rpartition("/")[2])}
    rows = stored(edges, Part.of(table, classes=["normal"]).to_files(), rows=1, model=model)
    profile = {"rows": 1, "columns": {}, "objects": {name: {"rows": 1} for name in draws}}
    return Prepared(train=(rows,), holdout=(rows,), profile=profile, draws=draws)


def _draw(name: str, listed: Object, known: Splits) -> Draw:
    """As it was first split; each night has a recipe of its own, as if somebody changed it from night to night."""
    return known.of(name, etag=listed.etag, text="") or Draw(DRAWN, 0.2, len(known.draws), "")


def preprocess(task: PreprocessTask, edges: Edges, settings: TaskSettings) -> Preprocessed:
    return lambdas.preprocess.run(task, edges, settings, read=rows_of)


def train(task: TrainTask, edges: Edges, _: TaskSettings) -> Trained:
    with Parts(edges, task.train_uri, task="Train") as parts:
        asked = parts.imported
        quality, word = _brought(edges, asked) if asked else _learned(parts)
    artifact = serving.artifact(quality=quality, word=word)
    model, layers = documents.decode(artifact), serving.LAYERS.get(word, ())
    file = format_of(model["format"]).file
    key = layout.work(task.run, file)
    edges.store.put(key, artifact)
    made = Artifact(format=model["format"], file=file, schema=model["schema"], layers=list(layers))
    run_documents.keep_training(edges, Training(artifact=made, imported=asked), run=task.run)
    return Trained(
        artifact_uri=str(Place(edges.store.bucket, key)),
        artifact_sha256=hashlib.sha256(artifact).hexdigest(),
        answers_uri=put_all(edges, layout.work(task.run, "answers/"), {"labels.npy": b""}),
    )


def _learned(parts: Parts) -> tuple[int, str]:
    quality, word = parts.table().numeric[0]
    return int(quality), EVERY_WORD[int(word)]


def _brought(edges: Edges, asked: Imported) -> tuple[int, str]:
    quality, word = imports.content(edges, asked).decode().split()
    return int(quality), word


def judged(edges: Edges, task: EvaluateTask, live: int | None) -> dict[str, Any]:
    model = documents.decode(read(edges, task.artifact_uri))
    quality = model["quality"]
    champion = _quality_of(edges, model=task.model, model_version=live) if live else FLOOR
    anchor = models.anchor(edges, model=task.model)
    held = _quality_if_there(edges, model=task.model, model_version=anchor) if anchor else None
    return {
        "passed": quality >= champion and (held is None or quality >= held - MARGIN),
        "reason": f"quality {quality}, champion {champion}, anchor {held}",
        "anchor": {
            "model_version": anchor,
            "advances": held is None or quality > held + 2 * MARGIN,
            "why": f"its quality is {held}",
        },
        "matrix": [],
        "ratios": {"normal": {"quality": quality}},
        "rules": [],
        "replay": serving.sample(model),
    }


def evaluate(task: EvaluateTask, edges: Edges, settings: TaskSettings) -> Evaluated:
    return lambdas.evaluate.run(task, edges, settings, judge=judged)


def _quality_of(edges: Edges, *, model: str, model_version: int) -> int:
    judged = evidence.judged(edges, model=model, model_version=model_version)
    return int(documents.decode(evidence.part(edges, judged, judged.manifest.artifact_file))["quality"])


def _quality_if_there(edges: Edges, *, model: str, model_version: int) -> int | None:
    try:
        return _quality_of(edges, model=model, model_version=model_version)
    except (RegistryIncomplete, VersionUnknown):
        return None


def _unknown() -> None:
    """Says nothing of the memory, as where the operating system does not tell."""


def tasks(
    edges: Edges, *, rollout: Sequence[Shift], approval: Callable[[], Approval | None]
) -> dict[str, TaskFunction]:
    """Every task of the definition by the name of its placeholder; `rollout` are the steps of every canary.

    `approval` tells whether versions wait for a person just now.
    """

    def replay(task: ReplayTask, edges: Edges, settings: TaskSettings) -> RolloutDecided:
        return lambdas.replay.run(
            task, edges, settings, planned=lambda model: rollout, approves=lambda *_: approval()
        )

    def shift_traffic(task: ShiftTrafficTask, edges: Edges, settings: TaskSettings) -> RolloutDecided:
        return lambdas.shift_traffic.run(task, edges, settings, planned=lambda model: rollout)

    carried_out: dict[str, tuple[str, Any, Callable[..., Any]]] = {
        "RestoreAlias": ("restore_alias", RestoreAliasTask, restore_alias.run),
        "Preprocess": ("preprocess", PreprocessTask, preprocess),
        "Train": ("train", TrainTask, train),
        "Evaluate": ("evaluate", EvaluateTask, evaluate),
        "VersionModel": ("version_model", VersionModelTask, version_model.run),
        "Replay": ("replay", ReplayTask, replay),
        "ShiftTraffic": ("shift_traffic", ShiftTrafficTask, shift_traffic),
        "SwapAlias": ("swap_alias", SwapAliasTask, swap_alias.run),
        "RecordOutcome": ("record_outcome", RecordOutcomeTask, record_outcome.run),
    }

    def function(state: str, contract: Any, run: Callable[..., Any]) -> TaskFunction:
        return lambda event: documented(
            from_event(contract, event),
            state=state,
            edges=edges,
            settings=SETTINGS,
            run=run,
            peak_memory=_unknown,  # to read it takes longer than all else that a task does here
        )

    return {name: function(*parts) for name, parts in carried_out.items()}
