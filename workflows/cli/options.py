"""Defines options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

from chalicelib.names import STAGE_NAME
from chalicelib.settings.api import ApiSettings
from workflows.cli.stage import LOCAL, Stage

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_MODEL: str = ApiSettings.default_model

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
model = click.option("--model", default=DEFAULT_MODEL, show_default=True, help="The model, as its recipe is named.")


PORT_HELP = "Of the API; if it is taken the next one, else any. 0 takes a free one."
PORTS = click.IntRange(0, 65_535)


def named_model(*, of_all: bool = False) -> Callable[[Command], Command]:
    """MODEL as an argument, and as --model as other commands have it; `of_all` models without one."""
    option = click.option("--model", show_default="all", help="The model.") if of_all else model

    def take(command: Command) -> Command:
        @click.argument("named", metavar="[MODEL]", required=False)
        @option
        @wraps(command)
        def with_model(*args: Any, named: str | None, model: str | None, **others: Any) -> Any:
            is_default = click.get_current_context().get_parameter_source("model") is ParameterSource.DEFAULT
            if "" in (named, model):  # a script's variable that is not set: no model is meant
                raise click.UsageError("MODEL is empty: name a model, or leave it out")
            if named is not None and not is_default and named != model:
                raise click.UsageError(f"MODEL is {named!r} and --model is {model!r}: give one of them")
            return command(*args, model=model if named is None else named, **others)

        return cast(Command, with_model)

    return take


def _stage(context: click.Context, _parameter: click.Parameter, value: str) -> Stage:
    if not STAGE_NAME.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no name of a stage: expected {STAGE_NAME.pattern}, such as prod")
    return context.obj or Stage(value)


on_stage = click.option(
    "--stage",
    envvar="NIGHTSWAP_STAGE",
    default=LOCAL,
    show_default=True,
    callback=_stage,
    help="The stage to act on. `local` is this clone's local AWS and never a real account.",
)
"""Hands a command its `Stage`; a Stage that the caller set as click's object goes before."""
