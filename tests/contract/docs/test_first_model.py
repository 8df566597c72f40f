"""docs/first-model.md shows what `nightswap init` writes, and its limits are those of the code."""

from __future__ import annotations

import pytest

from chalicelib.limits import CLASSES
from tests.contract.docs import pages
from tests.e2e.commands.test_readme import loans
from workflows.checking.file import Content
from workflows.drafting.baseline import FOLDS
from workflows.drafting.choosing import LEVELS_MAX
from workflows.drafting.draft import ROWS_OF_A_CLASS, draft

PAGE = pages.PAGES["first-model.md"]


def numbered(text: str) -> str:
    """With a column that counts the rows, as many files have one."""
    header, *rows = text.splitlines()
    return "\n".join([f"id,{header}", *(f"{place},{row}" for place, row in enumerate(rows, start=1000))]) + "\n"


def test_what_the_page_quotes_is_what_is_written() -> None:
    written = draft(Content("loans.csv", numbered(loans()).encode()), label="paid", model="loans", positive=None).text
    (quoted,) = pages.blocks(PAGE, "text")

    assert [line for line in quoted.splitlines() if line not in written.splitlines()] == []


@pytest.mark.parametrize(
    "said",
    [
        f"of more than {CLASSES}, a label with fewer than {ROWS_OF_A_CLASS} rows",
        f"up to {LEVELS_MAX} different texts",
        f"more than {LEVELS_MAX} different texts",
        f"in {['no', 'one', 'two', 'three'][FOLDS]} folds",
    ],
)
def test_limits_are_those_of_the_code(said: str) -> None:
    assert said in " ".join(PAGE.split())
