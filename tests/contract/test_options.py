"""An option that one command has, other commands of the same kind have too, and it means the same there."""

from __future__ import annotations

from collections import defaultdict

import click
import pytest

from workflows.cli.main import group

OF_A_RECIPE = ("backtest", "check", "import")
OF_A_RUN = ("approve", "reject", "stop")
OF_THE_STAGE = ("cost", "deploy", "destroy", "doctor", "model remove", "plan", "put-back", "url")
OF_TOKENS = ("token add", "token list", "token remove")
WITHOUT_A_MODEL = {*OF_A_RECIPE, *OF_A_RUN, *OF_THE_STAGE, *OF_TOKENS}
"""`model remove` is about a model that has no recipe any more, and takes its name as `token remove` does."""
WITHOUT_A_STAGE = ("data convert", "data sample", "init", "local down", "local up", "render")
"""They act on this machine alone."""
ALIKE = ("--json", "--model", "--stage", "--yes")
MEANINGS = {"--model": 4, "--yes": 2}
"""The model that is meant, a filter, all without one, and the name of a new one; to do it, and not to ask."""


def leaves(above: click.Group, *names: str) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, each in above.commands.items():
        if isinstance(each, click.Group):
            found |= leaves(each, *names, name)
        else:
            found[" ".join([*names, name])] = each
    return found


COMMANDS = leaves(group)


def options(command: click.Command) -> dict[str, click.Option]:
    return {each.opts[0]: each for each in command.params if isinstance(each, click.Option)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_about_a_model_takes_the_option_model_and_one_about_a_stage_the_option_stage(name: str) -> None:
    found = options(COMMANDS[name])

    assert ("--stage" in found) == (name not in WITHOUT_A_STAGE)
    if "--stage" in found:
        assert ("--model" in found) == (name not in WITHOUT_A_MODEL)


@pytest.mark.parametrize("option", ALIKE)
def test_option_means_the_same_wherever_it_stands(option: str) -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for name, command in COMMANDS.items():
        if option in options(command):
            said[options(command)[option].help or ""].add(name)

    assert len(said) <= MEANINGS.get(option, 1), said
    assert "" not in said


def test_every_command_that_is_exempted_is_there() -> None:
    assert {*WITHOUT_A_STAGE, *WITHOUT_A_MODEL} <= COMMANDS.keys()
