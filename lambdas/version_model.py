"""VersionModel: gives the judged model a number, and publishes it as a version of its serving function."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.rollout import ModelVersioned, VersionModelTask
from chalicelib.edges import Edges
from chalicelib.promotion import versioning
from chalicelib.settings import TaskSettings
from lambdas.intermediates import read
from lambdas.model.formats.package import build_package
from lambdas.step import Context, carry_out


def run(task: VersionModelTask, edges: Edges, _: TaskSettings) -> ModelVersioned:
    return versioning.version(
        edges,
        task,
        artifact=read(edges, task.artifact_uri),
        report=read(edges, task.report_uri),
        replay=read(edges, task.replay_uri),
        build=build_package,
    )


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(VersionModelTask, event, context, state="version_model", run=run)
