from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from workflows.cli import sentences
from workflows.cli.screen import console

REASON = (
    "1 cell of column age in night-5.csv is not a number: row 101 (line 102) 'n.v.t.'. Correct it as the source has"
    " it, or take it out"
)
COMMAND = "nightswap data remove night-5.csv --model a-model-with-a-long-name"


@contextmanager
def wide(width: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as screen:
        screen.setattr(console, "_width", width)
        yield


def shown(line: str, capsys: pytest.CaptureFixture[str], *, width: int) -> list[str]:
    with wide(width):
        sentences.sentence(line)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("indent", ["", "  "])
def test_a_sentence_goes_on_to_the_right_of_where_it_begins(
    width: int, indent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *more = shown(f"{indent}{REASON}", capsys, width=width)

    assert first.startswith(f"{indent}1 cell")
    assert more
    assert all(each.startswith(f"{indent}    ") and each[len(indent) + 4] != " " for each in more)
    assert max(map(len, [first, *more])) <= width
    assert " ".join(map(str.strip, [first, *more])) == REASON


def test_a_sentence_that_fits_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("  it [/b] fits", capsys, width=80) == ["  it [/b] fits"]


def test_a_command_at_the_end_is_whole_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(f"{REASON}: {COMMAND}", capsys, width=80)[-1] == f"    {COMMAND}"


def test_a_command_that_fits_beside_the_last_words_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(f"{REASON}: make run", capsys, width=80)[-1].endswith("take it out: make run")


def test_an_outcome_that_takes_several_lines_has_the_width_of_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    reason = "version 2 is live as function version 2: 200 rows of the holdout were answered as judged"
    with wide(80):
        sentences.outcome({"outcome": "Promoted", "error": None, "reason": reason})

    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 80
    assert " ".join(map(str.strip, shown)) == f"Promoted: {reason}"


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        ({"outcome": "Promoted", "error": None, "reason": "live"}, "Promoted: live\n"),
        (
            {"outcome": "RetrainFailed", "error": "SingleClass", "reason": "one [/b] class"},
            "RetrainFailed (SingleClass): one [/b] class\n",
        ),
        ({"outcome": "Superseded", "error": None, "reason": None}, "Superseded: None\n"),
        *(
            (
                {"run": "run-1", "outcome": worse, "error": None, "reason": "worse"},
                f"{worse}: worse\nwhat to do: nightswap explain run-1\n",
            )
            for worse in ("ModelRejected", "RolledBack")
        ),
    ],
)
def test_outcome_is_one_line_and_one_more_where_figures_alone_are_its_reason(
    run: dict[str, Any], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences.outcome(run)

    assert capsys.readouterr().out == shown


def complained(message: str, *, terminal: bool, width: int = 80) -> list[str]:
    screen = Console(file=StringIO(), force_terminal=terminal, width=width, color_system=None)
    sentences.complaint("CommandFailed", message, screen=screen)
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_an_error_is_as_wide_as_the_terminal_and_its_commands_are_whole(width: int) -> None:
    lines = complained(f"nothing was added:\n{REASON}: {COMMAND}\nCorrect that", terminal=True, width=width)

    assert lines[0] == "CommandFailed: nothing was added:"
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line.endswith(COMMAND)] == [lines[-2]]
    assert " ".join(map(str.strip, lines[1:])) == f"{REASON}: {COMMAND} Correct that"


def test_an_error_that_a_program_reads_is_broken_nowhere_but_between_its_own_lines() -> None:
    assert complained(f"{REASON}: {COMMAND}\n  - one", terminal=False) == [
        f"CommandFailed: {REASON}: {COMMAND}",
        "  - one",
    ]


def test_marks_of_the_screen_in_an_error_are_shown() -> None:
    assert complained("no model [/b] [red]", terminal=True) == ["CommandFailed: no model [/b] [red]"]
