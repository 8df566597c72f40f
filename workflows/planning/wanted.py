"""Builds what a deployment would: the same templates, parameters and packages, by the same functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.deploying.cloudformation.proposals import WantedStack
from workflows.deploying.cloudformation.uploads import Upload, contents, definition_for
from workflows.deploying.cloudformation.wanted import data_stack, main_stack
from workflows.deploying.progress import Report
from workflows.packaging.needs import NOTHING, Needs
from workflows.stacks.settings import stage_settings


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A stage as it should be. `definition` still has its `${Function}` placeholders."""

    names: Names
    models: tuple[str, ...]
    data: WantedStack
    main: WantedStack
    uploads: tuple[Upload, ...]
    definition: str
    settings: StageSettings


def wanted(
    names: Names,
    *,
    root: Path,
    models: Sequence[str],
    with_layers: bool,
    report: Report,
    needs: Needs = NOTHING,
) -> Wanted:
    """Of the checkout at `root`. It builds the packages, in a minute where layers are not cached; asks AWS nothing.

    Raises DeploymentFailed for settings that are wrong, PackagingFailed for packages that cannot be built.
    """
    settings = stage_settings(names.stage, root=root)
    made = contents(root, stage=names.stage, settings=settings, with_layers=with_layers, report=report, needs=needs)
    return Wanted(
        names=names,
        models=tuple(models),
        data=data_stack(names, settings=settings),
        main=main_stack(
            names,
            models=models,
            settings=settings,
            parameters=made.parameters,
            with_layers=with_layers,
            needs=needs,
        ),
        uploads=made.uploads,
        settings=settings,
        definition=definition_for(root, needs, stage=names.stage, settings=settings),
    )
