"""Describes the two stacks of a stage as they should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.names import APP, Names
from chalicelib.settings.stage import StageSettings
from workflows.deploying.cloudformation.proposals import WantedStack
from workflows.packaging.needs import NOTHING, Needs
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template


def stage_tags(stage: str) -> dict[str, str]:
    """Of everything that is the stage's."""
    return {f"{APP}:app": APP, f"{APP}:stage": stage}


def data_stack(names: Names, *, settings: StageSettings) -> WantedStack:
    """It adopts what an earlier one kept: its names are written out in the template."""
    return WantedStack(
        name=names.data_stack,
        template=data_template(names, settings=settings),
        parameters={},
        tags=stage_tags(names.stage),
        adopts=True,
    )


def main_stack(
    names: Names,
    *,
    models: Sequence[str],
    settings: StageSettings,
    parameters: Mapping[str, str],
    with_layers: bool,
    needs: Needs = NOTHING,
) -> WantedStack:
    """`parameters` name what was uploaded for it, as `uploads.contents` gives them."""
    return WantedStack(
        name=names.stack,
        template=main_template(names.stage, models=models, settings=settings, with_layers=with_layers, needs=needs),
        parameters=parameters,
        tags=stage_tags(names.stage),
    )
