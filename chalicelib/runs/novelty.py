"""Decides what a run does: take up an approved version, or train on data, recipe and code that nobody has judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib.approval import refusals
from chalicelib.approval.waiting import Approvals
from chalicelib.contracts.decisions import NOTHING_NEW, SUPERSEDED
from chalicelib.contracts.training import Preprocessed, PreprocessTask
from chalicelib.edges import Edges
from chalicelib.promotion.lease import Lease
from chalicelib.registry import judged, models, registry
from chalicelib.registry.live import look
from chalicelib.registry.pin import Pin, way_past
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.report import Imported
from chalicelib.runs import dataset, outcomes, retraining, taking_up
from chalicelib.runs.dataset import Object
from chalicelib.settings.tasks import TaskSettings

Choose = Callable[[Sequence[Object]], tuple[Object, ...]]
"""From the objects of a data set to those that the run reads; raises a DataError where there is none."""


class New(NamedTuple):
    """The data that a run trains on."""

    listed: tuple[Object, ...]
    """All objects of the data set."""
    objects: tuple[Object, ...]
    """Those that the run reads."""
    fingerprint: str
    imported: Imported | None
    """The model that the run judges in the place of one that it would train."""


def begin(
    edges: Edges, task: PreprocessTask, *, recipe_sha256: str, settings: TaskSettings, choose: Choose
) -> New | Preprocessed:
    """Take the lease and the run's data set; returns the task's result where there is nothing to train on.

    Raises DatasetEmpty, TooManyObjects, RegistryIncomplete, and the TransientErrors of the edges.
    """
    ended = outcomes.find(edges, run=task.run)
    if ended is not None:  # Step Functions had lost the execution, and somebody recorded its end
        return _without_data(SUPERSEDED, f"the run had ended {ended.outcome} when it was started again", None)
    holder = Lease(edges, task.model).take(task.run)
    if holder != task.run:
        return _without_data(SUPERSEDED, f"run {holder} of the same model is going", None)
    taken_up = taking_up.begin(edges, task)
    if taken_up is not None:
        return taken_up
    listed = dataset.take(edges, run=task.run, model=task.model)
    objects = choose(listed)
    request = retraining.find_request(edges, run=task.run)
    imported = request.imports if request else None
    fingerprint = dataset.fingerprint(objects, recipe_sha256=recipe_sha256, settings=settings, imported=imported)
    known = nothing_new(edges, task, fingerprint=fingerprint)
    return New(listed, objects, fingerprint, imported) if known is None else without_data(known, fingerprint)


def nothing_new(edges: Edges, task: PreprocessTask, *, fingerprint: str) -> str | None:
    """Why a run with this fingerprint trains nothing; None when it does."""
    quarantined = Quarantine(edges, task.model).find(fingerprint)
    if quarantined is not None:  # however it was asked for
        return quarantined.in_words()
    return None if task.force else _known(edges, model=task.model, fingerprint=fingerprint)


def without_data(reason: str, fingerprint: str) -> Preprocessed:
    return _without_data(NOTHING_NEW, reason, fingerprint)


def _known(edges: Edges, *, model: str, fingerprint: str) -> str | None:
    """Why there is nothing new to train on; None when there is."""
    live = look(edges, model=model).version()
    if live is not None:
        manifest = registry.manifest(edges, model=model, model_version=live)
        if manifest.fingerprint == fingerprint:
            return f"data, recipe and code are those of the live model version {live}"
    waiting = Approvals(edges, model).open()
    if (
        waiting is not None
        and waiting.fingerprint == fingerprint
        and refusals.outdated_by(edges, waiting, live=live) is None
    ):
        return f"data, recipe and code are those of {waiting.in_words()}"
    last = judged.find(edges, model=model)
    if last is None or (last.fingerprint, last.champion) != (fingerprint, live):
        return None
    if last.anchor is not None and last.anchor != models.anchor(edges, model=model):
        return None  # compared with that one, it may be let through
    if last.waits_as is None:
        return f"data, recipe and code are those of the model that run {last.run} rejected"
    pinned = Pin(edges, model).find()
    if pinned is None:
        return None
    way_on = way_past(model, waiting=last.waits_as)
    return f"data, recipe and code are those of version {last.waits_as}, which waits: {pinned.in_words()}; {way_on}"


def _without_data(decision: str, reason: str, fingerprint: str | None) -> Preprocessed:
    return taking_up.preprocessed(decision, reason, fingerprint=fingerprint)
