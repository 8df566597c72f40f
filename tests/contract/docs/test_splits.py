"""What docs/splits.md shows of `nightswap check` is what it says, of files that are made here."""

from __future__ import annotations

import random
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.errors import TooFewRows
from lambdas.splits import Splits
from tests.contract.docs import pages
from tests.unit.lambdas.test_horizon import BY_NIGHTS, prepare, sides, versioned
from tests.unit.lambdas.test_horizon import nights as given_nights
from tests.unit.lambdas.test_packs import Counting
from workflows.cli.main import group

PAGE = pages.PAGES["splits.md"]
RECIPE = pages.blocks(pages.PAGES["recipes.md"], "python")[0]
SPLITS = {
    "loans.csv": 'Split(group="customer")',
    "copies.csv": 'Split(duplicates="together")',
    "nights-2026-11-25.csv": 'Split(by="time", column="income_checked")',
}


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


def nights() -> Iterator[str]:
    """Loans of 25 days."""
    yield "age,income,housing,purpose,income_checked,paid"
    for place in range(1000):
        income = 5000 + place
        yield f"40,{income},rent,trip,2026-11-{1 + place % 25:02},{'no' if place % 5 < 2 else 'yes'}"


FILES = {"loans.csv": loans, "copies.csv": copies, "nights-2026-11-25.csv": nights}


def shown() -> list[tuple[str, str]]:
    """Each command, and a line of what it prints."""
    lines = [block.strip().splitlines() for block in pages.blocks(PAGE, "console")]
    return [(command.removeprefix("$ "), line) for command, line in lines]


@pytest.mark.parametrize(("command", "line"), shown())
def test_check_says_what_the_page_shows(command: str, line: str, tmp_path: Path) -> None:
    _, verb, recipe, file = shlex.split(command)
    (tmp_path / recipe).write_text(re.sub(r"split=Split\([^)]*\)", f"split={SPLITS[file]}", RECIPE))
    (tmp_path / file).write_text("\n".join(FILES[file]()) + "\n")

    done = CliRunner().invoke(group, [verb, f"{tmp_path}/{recipe}", f"{tmp_path}/{file}"])

    assert done.exit_code == 0, done.output
    assert line in " ".join(done.output.split()), done.output


def told_of_nights() -> list[list[str]]:
    return [cells for cells in pages.rows(PAGE) if cells[0].startswith("nights 1 to")]


def test_the_line_between_training_and_holdout_moves_as_the_page_tells() -> None:
    account, known = Counting(), Splits({})
    for files, train, held_out, _ in told_of_nights():
        there = given_nights(*range(1, int(files.split()[3].rstrip(",")) + 1))
        if train == "-":
            with pytest.raises(TooFewRows):
                prepare(account, there, BY_NIGHTS, known=known)
            continue
        found = prepare(account, there, BY_NIGHTS, known=known)
        assert [", ".join(map(str, side)) for side in sides(account, found)] == [train, held_out]
        if not known.draws:
            known = versioned(account, found)
    assert len(told_of_nights()) == 4
