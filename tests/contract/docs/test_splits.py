"""What docs/splits.md shows of `nightswap check` is what it says, of files that are made here."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.contract.docs import pages
from workflows.cli.main import group

PAGE = pages.PAGES["splits.md"]
RECIPE = pages.blocks(pages.PAGES["recipes.md"], "python")[0]
SPLITS = {"loans.csv": 'Split(group="customer")', "copies.csv": 'Split(duplicates="together")'}


def loans() -> Iterator[str]:
    """1,000 loans of 200 customers."""
    draw = random.Random(3)
    yield "customer,age,income,housing,purpose,paid"
    for _ in range(1000):
        income, customer = draw.randint(5_000, 100_000), draw.randrange(200)
        yield f"{customer},{draw.randint(18, 90)},{income},own,car,{'no' if income > 40_000 else 'yes'}"


def copies() -> Iterator[str]:
    """100 loans, each ten times."""
    yield "age,income,housing,purpose,paid"
    for place in range(1000):
        yield f"{18 + place % 50},{5000 + place % 100},rent,trip,{'no' if place % 5 < 2 else 'yes'}"


FILES = {"loans.csv": loans, "copies.csv": copies}


def shown() -> list[tuple[str, str]]:
    """Each command, and a line of what it prints."""
    lines = [block.strip().splitlines() for block in pages.blocks(PAGE, "console")]
    return [(command.removeprefix("$ "), line) for command, line in lines]


@pytest.mark.parametrize(("command", "line"), shown())
def test_check_says_what_the_page_shows(command: str, line: str, tmp_path: Path) -> None:
    _, verb, recipe, file = shlex.split(command)
    whole = RECIPE[RECIPE.index("    split=Split(") :].partition("\n")[0]
    (tmp_path / recipe).write_text(RECIPE.replace(whole, f"    split={SPLITS[file]},"))
    (tmp_path / file).write_text("\n".join(FILES[file]()) + "\n")

    done = CliRunner().invoke(group, [verb, f"{tmp_path}/{recipe}", f"{tmp_path}/{file}"])

    assert done.exit_code == 0, done.output
    assert line in " ".join(done.output.split()), done.output
