"""A stage in memory, for commands: what they would reach on AWS are the fakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from click.testing import CliRunner, Result

from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import TransformJobs
from chalicelib.edges.object_versions import ObjectVersions
from chalicelib.edges.pipeline_functions import PipelineFunctions
from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from tests.fakes.edges import FakeOutside
from tests.fakes.pipeline import InMemoryPipeline
from tests.given.nights import MODEL
from tests.given.screens import as_wide_as
from workflows.cli.main import group

WIDE = 200
"""Characters: wide enough that no table folds a name."""


@dataclass
class FakeStage:
    """Has what commands use of a `Stage`."""

    outside: FakeOutside = field(default_factory=lambda: FakeOutside(MODEL))
    name: str = "test"
    short_url: str | None = None
    settings: StageSettings = field(default_factory=StageSettings)
    account: Any = None
    """The clients of commands that list an account, such as a `FakeAccount`."""

    @property
    def names(self) -> Names:
        return Names(stage=self.name, account="123456789012", region="eu-west-1")

    @property
    def edges(self) -> Edges:
        return self.outside.edges

    @property
    def object_versions(self) -> ObjectVersions:
        return self.outside.versions

    @property
    def transforms(self) -> TransformJobs:
        return self.outside.transforms

    @property
    def tags(self) -> Mapping[str, str]:
        return {"nightswap:app": "nightswap", "nightswap:stage": self.name}

    @property
    def pipeline(self) -> PipelineFunctions:
        return InMemoryPipeline(self.edges)

    @property
    def session(self) -> Any:
        self.reach()
        return self.account

    @property
    def clients(self) -> Any:
        self.reach()
        return self.account

    def reach(self) -> None:
        """It is always there."""

    def run(self, *arguments: str, width: int = WIDE) -> Result:
        """The command line on this stage, on a wide screen unless another is wanted."""
        with as_wide_as(width):
            return CliRunner().invoke(group, list(arguments), obj=self)

    def json(self, *arguments: str) -> object:
        """What a command printed, read as JSON."""
        result = self.run(*arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)
