"""Every command that a message of the product names runs as it is written: it exists, with all that it demands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import click
import pytest

from tests.contract import command_lines
from tests.contract.source import sources
from workflows.cli.main import group

FOLDERS = ("chalicelib/", "lambdas/", "workflows/")
FEWEST = 60
"""As many as there were when this was written; far fewer would mean that they are no longer found."""
NUMBER, MODEL, STAGE = "3", "kdd99-http", "prod"
METAVARIABLES = {"FILE": __file__, "VERSION": NUMBER}
NO_ADVICE = {
    "nightswap stop",
    "SHA-256 hashes of the stage's access tokens; written by `nightswap token`",
}
"""Texts that say who did something."""

NAMED = re.compile(r"\bnightswap\s+([a-z][a-z-]*)(.*)", re.DOTALL)
WORD = re.compile(r'"[^"]*"\S*|\S+')
PUNCTUATION = ",;:.)`'"


def plausible(placeholder: str) -> str:
    """What may stand in place of `{placeholder}`."""
    if "stage" in placeholder:
        return STAGE
    return NUMBER if re.search("version|number|live|waiting", placeholder) else MODEL


def texts(tree: ast.Module) -> Iterator[str]:
    """The string literals, joined where they stand side by side, and without docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    told |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in told:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(_part(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"{(\w+)}", lambda found: plausible(found[1]), node.value)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return plausible(ast.unparse(part.value))
    return str(ast.literal_eval(part))


def commands_of(text: str) -> Iterator[list[str]]:
    """The command lines in a text, each up to where the prose goes on; `nightswap did not` is none."""
    while found := NAMED.search(text):
        text = found[2]
        if found[1] in group.commands:
            yield [found[1], *_words_of(found[1], rest=text)]


def _words_of(name: str, *, rest: str) -> Iterator[str]:
    command: click.Command = group.commands[name]
    value_follows = False
    if not rest.startswith(" "):
        return
    for written in WORD.findall(rest):
        word = _bare(written)
        if isinstance(command, click.Group):
            if word not in command.commands:
                return
            command = command.commands[word]
        elif word.startswith("-"):
            value_follows = word in _options_with_value(command)
        elif value_follows or _stands_for_a_value(word):
            value_follows = False
        else:
            return
        yield METAVARIABLES.get(word, word)
        if written not in (word, f'"{word}"'):  # punctuation, after which the prose goes on
            return


def _bare(written: str) -> str:
    if written.startswith('"'):
        return written[1:].partition('"')[0]
    return written.rstrip(PUNCTUATION) or "..."


def _options_with_value(command: click.Command) -> set[str]:
    options = [each for each in command.params if isinstance(each, click.Option) and not each.is_flag]
    return {name for option in options for name in option.opts}


def _stands_for_a_value(word: str) -> bool:
    """Whether it is an argument, and not the next word of the prose."""
    return word in (NUMBER, MODEL, STAGE) or word.isupper() or "=" in word


@cache
def named() -> list[tuple[str, list[str]]]:
    """Where a command is named, and its words."""
    said = [
        (file, text)
        for file in sources.files(*FOLDERS)
        for text in texts(sources.tree(file))
        if text not in NO_ADVICE
    ]
    return [(where, words) for where, text in said for words in commands_of(text)]


def test_every_command_that_a_message_names_runs_as_it_is_written() -> None:
    for where, words in named():
        try:
            context = command_lines.parse(words)
        except click.UsageError as exc:
            pytest.fail(f"{where}: nightswap {' '.join(words)}: {exc.format_message()}")
        assert not command_lines.leaves_the_model_open(context), f"{where}: nightswap {' '.join(words)}: which model?"


def test_every_command_that_a_help_text_names_runs_as_it_is_written() -> None:
    helps = [words for command in command_lines.commands() for words in commands_of(command.help or "")]

    assert helps
    for words in helps:
        command_lines.parse(words)


def test_commands_of_messages_are_found() -> None:
    assert len(named()) >= FEWEST


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = f'{a} is new: nightswap promote {version} --model {model}, then look'", "promote 3 --model kdd99-http"),
        ("x = 'pinned: nightswap'\\\n' unpin --reason ... again'", "unpin --reason ..."),
        ("""x = 'nightswap unpin --reason "a b", then nightswap runs'""", "unpin --reason a b|runs"),
        ("x = '`nightswap local down`'", "local down"),
        ("x = 'nightswap data list --model {model} (or less)'", "data list --model kdd99-http"),
        ("x = f'nightswap restore {alias.model} puts it back'", "restore kdd99-http"),
        ("x = 'create them with nightswap deploy or not'", "deploy"),
        ("x = 'look who wrote it, nightswap did not'", ""),
        ('"""nightswap promote: a docstring."""', ""),
    ],
)
def test_command_ends_where_the_prose_goes_on(source: str, found: str) -> None:
    commands = [" ".join(words) for text in texts(ast.parse(source)) for words in commands_of(text)]

    assert "|".join(commands) == found


@pytest.mark.parametrize(
    "line",
    [
        "promote 3 --model kdd99-http",
        "promote --reason why",
        "promote three --reason why",
        "retrain kdd99-http",
        "retrain --forced",
        "data",
        "data take FILE",
        "token",
        "undo",
    ],
)
def test_command_that_would_be_refused_is_no_advice(line: str) -> None:
    with pytest.raises(click.UsageError):
        command_lines.parse(line.split())


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("versions", True),
        ("versions kdd99-http", False),
        ("retrain --force", True),
        ("retrain --model kdd99-http", False),
        ("runs", False),
        ("explain", True),
        ("explain a-run", False),
        ("local up", False),
        ("token list", False),
    ],
)
def test_command_that_does_not_name_its_model_takes_the_default_one(line: str, is_open: bool) -> None:
    assert command_lines.leaves_the_model_open(command_lines.parse(line.split())) == is_open
