"""What is asked of one model reaches that one alone, in every command that has `--model`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import click
import pytest

from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, promote
from workflows.cli.main import group
from workflows.cli.options import DEFAULT_MODEL

OTHER = "loans"
GIVEN = {"reason": "a reason", "at": "2026-11-21 03:00", "version": "1"}
"""By its name, what a command gets that it cannot do without; any other gets a file's name."""


def of_one_model(command: click.Command = group, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of each command that takes a model of a stage, with what it cannot do without."""
    if isinstance(command, click.Group):
        for name, each in sorted(command.commands.items()):
            yield from of_one_model(each, *path, name)
    elif {"model", "stage"} <= {each.name for each in command.params} and "--model" in _options(command):
        needed = [each for each in command.params if each.required]
        given = ((*_flag(each), GIVEN.get(str(each.name), "night.csv")) for each in needed)
        yield (*path, *(word for words in given for word in words))


def _options(command: click.Command) -> list[str]:
    return [flag for each in command.params if isinstance(each, click.Option) for flag in each.opts]


def _flag(needed: click.Parameter) -> list[str]:
    return needed.opts[:1] if isinstance(needed, click.Option) else []


class Noting:
    """A bucket that notes the keys and prefixes which it is asked for."""

    def __init__(self, bucket: Any, asked: list[str]) -> None:
        self._bucket = bucket
        self._asked = asked

    def __getattr__(self, operation: str) -> Any:
        found = getattr(self._bucket, operation)

        def call(*given: Any, **named: Any) -> Any:
            self._asked.append(str(given[0]))
            return found(*given, **named)

        return call if callable(found) else found


COMMANDS = sorted(of_one_model())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_touches_nothing_of_another_model(words: tuple[str, ...]) -> None:
    outside, asked = FakeOutside(MODEL, OTHER), list[str]()
    for model in (MODEL, OTHER):
        for number in (1, 2):
            promote(outside.edges, run=f"{model}-{number}", model=model, fingerprint=f"data-{number}")
    noting: Any = Noting(outside.store, asked), Noting(outside.versions, asked)
    outside.edges, outside.versions = replace(outside.edges, store=noting[0]), noting[1]

    result = FakeStage(outside).run(*words, "--model", OTHER)

    assert result.exit_code != 2, result.output
    assert [each for each in asked if MODEL in each] == []


def test_model_that_is_not_asked_for_is_the_default_one() -> None:
    assert MODEL == DEFAULT_MODEL
    assert ("rollback", "--reason", "a reason") in COMMANDS
    assert ("data", "remove", "night.csv") in COMMANDS
