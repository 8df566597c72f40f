"""Scores the live version on a run's new rows, before a model that was trained on them can take its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.contracts.training import EvaluateTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, DatasetTooLarge, RegistryIncomplete, VersionUnknown
from chalicelib.quality.night import Night
from chalicelib.quality.series import Series
from chalicelib.registry import registry
from chalicelib.registry.run_documents import Arrived
from lambdas import arrivals, recipes
from lambdas.model.artifact import Artifact
from lambdas.model.data import room
from lambdas.model.evaluation.live_quality import Past, Scored, Then
from lambdas.model.gate.statistics.falls import Errors
from lambdas.model.metrics.confusion import ClassUnknown


def told(
    edges: Edges,
    task: EvaluateTask,
    arrived: Arrived | None,
    *,
    live: int | None,
    artifact: Callable[[int], Artifact],
    memory_mb: int,
) -> dict[str, Any]:
    """The report's `live_quality`, or the problem; what is measured is kept in the series of the model.

    `live` is the version that the run is judged against; `artifact` loads a version. Raises the TransientErrors of
    the edges, and nothing else: no model is refused because the live one cannot be scored.
    """
    if arrived is None:
        return {}
    series = Series(edges, task.model)
    night = series.of_run(task.run)
    if night is None and arrived.model_version != live:
        return {"live_quality_problem": f"version {arrived.model_version} was live when the run began"}
    if night is None:
        try:
            night = _measure(edges, task, arrived, series=series, artifact=artifact, memory_mb=memory_mb)
        except (ArtifactInvalid, ClassUnknown, DatasetTooLarge, RegistryIncomplete, VersionUnknown) as exc:
            return _untold(live, f"{exc}")
        except ValueError as exc:  # its message may quote a row
            return _untold(live, type(exc).__name__)
        series.keep(night)
    return {"live_quality": night.short()}


def _untold(live: int | None, problem: str) -> dict[str, Any]:
    return {"live_quality_problem": f"version {live} cannot be scored on the new rows: {problem}"}


def _measure(
    edges: Edges,
    task: EvaluateTask,
    arrived: Arrived,
    *,
    series: Series,
    artifact: Callable[[int], Artifact],
    memory_mb: int,
) -> Night:
    recipe = recipes.load(task.model)
    rows, size = arrived.rows, arrived.bytes
    room.check_size(room.LIVE_QUALITY, rows=rows, table_bytes=size, memory_mb=memory_mb, recipe=recipe)
    scored = Scored(artifact(arrived.model_version), recipe=recipe)
    for part in arrivals.parts(edges, arrived, run=task.run):
        scored.add(part)
    before = _nights(edges, series, model=task.model, model_version=arrived.model_version)
    then = _then(edges, model=task.model, model_version=arrived.model_version)
    past = Past(then, [{each.name: Errors(each.errors, each.distinct) for each in night.ratios} for night in before])
    found = scored.to_document(past)
    fell = {each["name"] for each in found["ratios"] if each["fell"]}
    known = {each.name for night in before for each in night.ratios if each.fell}
    return Night.made_of(
        {
            **found,
            "run": task.run,
            "at": documents.timestamp(edges.clock()),
            "model_version": arrived.model_version,
            "objects": [each.document for each in arrived.objects],
            "news": sorted(fell - known),
        }
    )


def _nights(edges: Edges, series: Series, *, model: str, model_version: int) -> Sequence[Night]:
    """The version's nights, oldest first."""
    made_at = registry.manifest(edges, model=model, model_version=model_version).created_at
    return [each for each in series.since(made_at) if each.model_version == model_version][::-1]


def _then(edges: Edges, *, model: str, model_version: int) -> dict[str, Then]:
    """What the version was judged by: its ratios with an interval, on the holdout that promoted it."""
    report = registry.report(edges, model=model, model_version=model_version)
    return {
        rule.name: Then(rule.value, rule.interval.rows, rule.interval.distinct)
        for rule in report.rules
        if rule.value is not None and rule.interval is not None
    }
