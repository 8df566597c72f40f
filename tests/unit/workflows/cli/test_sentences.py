from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from workflows.cli import sentences

REASON = (
    "1 cell of column age in night-5.csv is not a number: row 101 (line 102) 'n.v.t.'. Correct it as the source has"
    " it, or take it out"
)
COMMAND = "nightswap data remove night-5.csv --model a-model-with-a-long-name"


def screen_of(width: int, *, is_terminal: bool = False) -> Console:
    return Console(file=StringIO(), force_terminal=is_terminal, width=width, color_system=None, highlight=False)


def lines_on(screen: Console) -> list[str]:
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue().splitlines()


def shown(line: str, *, width: int) -> list[str]:
    screen = screen_of(width)
    sentences.sentence(line, screen=screen)
    return lines_on(screen)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("indent", ["", "  "])
def test_a_sentence_goes_on_to_the_right_of_where_it_begins(width: int, indent: str) -> None:
    first, *more = shown(f"{indent}{REASON}", width=width)

    assert first.startswith(f"{indent}1 cell")
    assert more
    assert all(each.startswith(f"{indent}    ") and each[len(indent) + 4] != " " for each in more)
    assert max(map(len, [first, *more])) <= width
    assert " ".join(map(str.strip, [first, *more])) == REASON


def test_a_sentence_that_fits_is_one_line() -> None:
    assert shown("  it [/b] fits", width=80) == ["  it [/b] fits"]


def test_a_command_at_the_end_is_whole_on_a_line_of_its_own() -> None:
    assert shown(f"{REASON}: {COMMAND}", width=80)[-1] == f"    {COMMAND}"


def test_a_command_that_fits_beside_the_last_words_stands_there() -> None:
    assert shown(f"{REASON}: make run", width=80)[-1].endswith("take it out: make run")


def test_an_outcome_that_takes_several_lines_has_the_width_of_the_screen() -> None:
    reason = "version 2 is live as function version 2: 200 rows of the holdout were answered as judged"
    screen = screen_of(80)
    sentences.outcome({"outcome": "Promoted", "error": None, "reason": reason}, screen=screen)

    shown = lines_on(screen)
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
    screen = screen_of(width, is_terminal=terminal)
    sentences.complaint("CommandFailed", message, screen=screen)
    return lines_on(screen)


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
