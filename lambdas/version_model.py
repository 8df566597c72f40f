"""VersionModel: gives the judged model a number, and publishes it as a version of its serving function."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.contracts.decisions import MAKE_ENDPOINT
from chalicelib.contracts.rollout import ModelVersioned, VersionModelTask
from chalicelib.edges import Edges
from chalicelib.promotion import versioning
from chalicelib.settings.tasks import TaskSettings
from lambdas import recipes
from lambdas.endpoint.hosting import Hosting
from lambdas.intermediates import read
from lambdas.model.formats.package import build_package
from lambdas.recipes import Targets
from lambdas.step import Context, carry_out


def run(
    task: VersionModelTask, edges: Edges, settings: TaskSettings, *, target: Targets = recipes.endpoint
) -> ModelVersioned:
    endpoint = target(task.model)
    hosting = Hosting(endpoint, stage=settings.stage, model=task.model) if endpoint else None
    versioned = versioning.version(
        edges,
        task,
        artifact=read(edges, task.artifact_uri),
        report=read(edges, task.report_uri),
        replay=read(edges, task.replay_uri),
        build=build_package,
        hosting=hosting,
    )
    if hosting is None:
        return versioned
    plan = hosting.plan(versioned.model_version, bucket=edges.store.bucket)
    return replace(versioned, decision=MAKE_ENDPOINT, endpoint=plan)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(VersionModelTask, event, context, state="version_model", run=run)
