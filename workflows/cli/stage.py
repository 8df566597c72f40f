"""Finds the stage that a command acts on, and connects to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3

from chalicelib.aws import connect
from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import TransformJobs
from chalicelib.edges.object_versions import ObjectVersions
from chalicelib.edges.pipeline_functions import PipelineFunctions
from chalicelib.errors import CommandFailed
from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.deploying.asking import Clients, clients_of
from workflows.deploying.cloudformation.wanted import stage_tags
from workflows.local.process import LocalAws
from workflows.stacks.settings import stage_entry, stage_settings

LOCAL = "local"
ROOT = Path(__file__).resolve().parents[2]
"""The clone that the command was installed from."""


@dataclass(frozen=True)
class Stage:
    """A stage by name. `local` is reached through this clone's local AWS and nothing else."""

    name: str

    @cached_property
    def settings(self) -> StageSettings:
        """Raises DeploymentFailed for a stage that `.chalice/config.json` does not have, or a wrong setting."""
        return stage_settings(self.name, root=ROOT)

    @cached_property
    def names(self) -> Names:
        self.reach()
        return connect.names_of(self.name)

    @cached_property
    def session(self) -> boto3.Session:
        self.reach()
        return boto3.Session()

    @cached_property
    def clients(self) -> Clients:
        return clients_of(self.session)

    @cached_property
    def edges(self) -> Edges:
        return connect.edges(self.names)

    @cached_property
    def object_versions(self) -> ObjectVersions:
        return connect.object_versions(self.names)

    @cached_property
    def transforms(self) -> TransformJobs:
        self.reach()
        return connect.transform_jobs(self.names)

    @cached_property
    def tags(self) -> Mapping[str, str]:
        """Those of whatever the stage has in its account, by `.chalice/config.json` too."""
        own: Mapping[str, str] = stage_entry(self.name, root=ROOT).get("tags", {})
        return {**own, **stage_tags(self.name)}

    @cached_property
    def pipeline(self) -> PipelineFunctions:
        self.reach()
        return connect.pipeline_functions(self.name)

    def reach(self) -> None:
        """Point this process at the stage's AWS: at the user's own account, or at the local AWS, which must run."""
        if self.name != LOCAL:
            connect.require_region()
            return
        running = LocalAws.running(ROOT)
        if running is None:
            raise CommandFailed("the local AWS is not running: start it with make run, or nightswap local up")
        self.enter(running)

    @staticmethod
    def enter(local: LocalAws) -> None:
        """From here on this process and its children can talk to the local AWS only."""
        environment = local.environment(os.environ)
        os.environ.clear()
        os.environ.update(environment)

    @property
    def short_url(self) -> str | None:
        """The short address of the local API; None on AWS, or when the local AWS is down."""
        running = LocalAws.running(ROOT) if self.name == LOCAL else None
        return running.short_url if running else None
