"""Shows sentences as wide as the screen: broken between words, a command in one piece, for it is copied from there.

What goes on below stands to the right of where the sentence begins, so that the beginnings are found.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

from rich.text import Text

from chalicelib.contracts.decisions import WENT_WELL
from workflows.cli.screen import BAD, GOOD, SPACES, console, say

NARROWEST = 40
"""Characters."""
HANGING = 2 * SPACES
ENDS_IN_A_COMMAND = re.compile(r"(?P<said>.*\S:) (?P<command>(?:nightswap|aws|make|pip|python) .*)")


def between_words(text: str, *, width: int, hanging: str = "") -> list[str]:
    """Its lines; a path or a name is not broken, so a line may be wider."""
    return textwrap.wrap(
        text, max(width, NARROWEST), subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def sentence(line: str) -> None:
    """Print a line that may be wider than the screen. The spaces that it begins with stand before all of it."""
    said = line.lstrip(" ")
    indent = line[: len(line) - len(said)]
    for each in _lines(said, width=console.width - len(indent)):
        say(f"{indent}{each}")


def outcome(run: dict[str, Any]) -> None:
    """How the run ended, in its colour, and why."""
    good = run["outcome"] in WENT_WELL
    error = f" ({run['error']})" if run["error"] else ""
    first, *more = _lines(f"{run['outcome']}{error}: {run['reason']}", width=console.width)
    name = Text(run["outcome"], style=f"bold {GOOD if good else BAD}")
    console.print(name.append(first.removeprefix(run["outcome"]), style="default not bold"), soft_wrap=True)
    for each in more:
        say(each)


def _lines(said: str, *, width: int) -> list[str]:
    ends = ENDS_IN_A_COMMAND.fullmatch(said)
    if ends is None:
        return between_words(said, width=width, hanging=HANGING)
    lines = between_words(ends["said"], width=width, hanging=HANGING)
    if len(lines[-1]) + 1 + len(ends["command"]) <= width:
        return [*lines[:-1], f"{lines[-1]} {ends['command']}"]
    return [*lines, f"{HANGING}{ends['command']}"]
