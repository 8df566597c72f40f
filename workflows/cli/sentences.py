"""Shows sentences as wide as the screen: broken between words, a command in one piece, for it is copied from there.

What goes on below stands to the right of where the sentence begins, so that the beginnings are found.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

from rich.console import Console
from rich.text import Text

from chalicelib.contracts.decisions import MODEL_REJECTED, ROLLED_BACK, WENT_WELL
from workflows.cli.screen import BAD, GOOD, SPACES, console, say

errors = Console(stderr=True, highlight=False)

NARROWEST = 40
"""Characters."""
HANGING = 2 * SPACES
JUDGED_WORSE = {MODEL_REJECTED, ROLLED_BACK}
"""Outcomes whose reason is figures: `nightswap explain` has the way out."""
ENDS_IN_A_COMMAND = re.compile(r"(?P<said>.*\S:) (?P<command>(?:nightswap|aws|make|pip|python) .*)")


def between_words(text: str, *, width: int, hanging: str = "") -> list[str]:
    """Its lines; a path or a name is not broken, so a line may be wider."""
    return textwrap.wrap(
        text, max(width, NARROWEST), subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def sentence(line: str, *, screen: Console = console) -> None:
    """Print a line that may be wider than the screen. The spaces that it begins with stand before all of it."""
    for each in in_lines(line, width=screen.width):
        say(each, screen=screen)


def outcome(run: dict[str, Any], *, screen: Console = console) -> None:
    """How the run ended, in its colour, and why."""
    good = run["outcome"] in WENT_WELL
    error = f" ({run['error']})" if run["error"] else ""
    first, *more = _lines(f"{run['outcome']}{error}: {run['reason']}", width=screen.width)
    name = Text(run["outcome"], style=f"bold {GOOD if good else BAD}")
    screen.print(name.append(first.removeprefix(run["outcome"]), style="default not bold"), soft_wrap=True)
    for each in more:
        say(each, screen=screen)
    if run["outcome"] in JUDGED_WORSE:
        sentence(f"what to do: nightswap explain {run['run']}", screen=screen)


def complaint(name: str, message: str, *, screen: Console = errors) -> None:
    """Print an error, line by line: as wide as the screen, or as it is where a program reads it."""
    lines = f"{name}: {message}".split("\n")
    if screen.is_terminal:
        lines = [line for each in lines for line in in_lines(each, width=screen.width)]
    first, *more = lines
    beginning = Text(name, style=f"bold {BAD}").append(first.removeprefix(name), style="default not bold")
    for each in (beginning, *map(Text, more)):
        screen.print(each, soft_wrap=True)


def in_lines(line: str, *, width: int, hanging: str = HANGING) -> list[str]:
    """The lines that a sentence takes; the spaces that it begins with stand before all of them."""
    said = line.lstrip(" ")
    indent = line[: len(line) - len(said)]
    return [f"{indent}{each}" for each in _lines(said, width=width - len(indent), hanging=hanging)]


def _lines(said: str, *, width: int, hanging: str = HANGING) -> list[str]:
    ends = ENDS_IN_A_COMMAND.fullmatch(said)
    if ends is None:
        return between_words(said, width=width, hanging=hanging)
    lines = between_words(ends["said"], width=width, hanging=hanging)
    if len(lines[-1]) + 1 + len(ends["command"]) <= width:
        return [*lines[:-1], f"{lines[-1]} {ends['command']}"]
    return [*lines, f"{hanging}{ends['command']}"]
