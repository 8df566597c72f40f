"""The commands in the blocks of some pages, run as they stand there, in their order."""

from __future__ import annotations

import pytest

from lambdas.model.recipe.recipe_files import model_of
from tests.clone import LocalUp
from tests.contract.docs import pages
from tests.e2e.commands.test_readme import loans
from tests.e2e.terminal import run

PAGES = ("recipes.md", "security.md", "predictions.md", "batches.md", "cost.md")
FIRST_MODEL = "first-model.md"


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_succeed(page: str, up: LocalUp, shell: dict[str, str]) -> None:
    recipe = up.clone.folder / "lambdas" / "recipes" / "loans.py"
    recipe.write_text(pages.blocks(pages.PAGES["recipes.md"], "python")[0])
    (up.clone.folder / "loans.csv").write_text(loans())
    (up.clone.folder / "rows.csv").write_text(pages.blocks(pages.PAGES["batches.md"], "text")[0])

    succeed(page, up, shell)
    recipe.unlink()


def test_the_commands_of_a_first_model_succeed_without_a_recipe(up: LocalUp, shell: dict[str, str]) -> None:
    folder = up.clone.folder / "lambdas" / "recipes"
    before = {*folder.glob("*.py")}
    (up.clone.folder / "loans.csv").write_text(loans())
    (up.clone.folder / "export.csv").write_text(loans().replace(",", ";"), encoding="latin-1")

    succeed(FIRST_MODEL, up, shell)
    drafted = [each for each in folder.glob("*.py") if each not in before]
    for each in drafted:
        each.unlink()
        removed = up.clone.nightswap("model", "remove", model_of(each), "--data", "--yes")
        assert removed.returncode == 0, removed.stderr


def succeed(page: str, up: LocalUp, shell: dict[str, str]) -> None:
    for line in pages.in_blocks(pages.PAGES[page]):
        if line.startswith("nightswap model remove loans"):
            (up.clone.folder / "lambdas" / "recipes" / "loans.py").unlink()  # as the page says before
        done = run(up.clone, line, shell)

        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
