"""Whether a command that a message tells a person to run can be run as it is written. Nothing is carried out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from click.core import ParameterSource

from workflows.cli.main import group
from workflows.cli.stage import LOCAL, Stage

DEFAULT = ParameterSource.DEFAULT


def parse(words: Sequence[str]) -> click.Context:
    """Parse a command line without its `nightswap`; raises click.UsageError when the command does not take it."""
    above = click.Context(group, info_name="nightswap", obj=Stage(LOCAL), **group.context_settings)
    name, *left = words or [""]
    while isinstance(command := _named(above, name), click.Group):
        above = click.Context(command, parent=above, info_name=name)
        name, *left = left or [""]
    return command.make_context(name, left, parent=above)


def leaves_the_model_open(context: click.Context) -> bool:
    """Whether the command is about one model of a stage, and takes the default one for want of another."""
    is_about_one = "stage" in context.params and context.params.get("model") is not None
    names_a_run = context.params.get("run") is not None
    if context.params.get("named") is not None:
        return False
    return is_about_one and not names_a_run and context.get_parameter_source("model") is DEFAULT


def commands() -> Iterator[click.Command]:
    """Every command of the command line, groups too."""
    waiting: list[click.Command] = [group]
    while waiting:
        command = waiting.pop()
        yield command
        if isinstance(command, click.Group):
            waiting.extend(command.commands.values())


def _named(above: click.Context, name: str) -> click.Command:
    assert isinstance(above.command, click.Group)
    if name not in above.command.commands:
        raise click.UsageError(f"{above.command_path} has no command {name!r}", ctx=above)
    return above.command.commands[name]
