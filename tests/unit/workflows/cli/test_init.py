"""`nightswap init` without a local AWS: what it shows, and what it refuses before it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lambdas import recipes
from tests.unit.workflows.drafting import files
from workflows.cli.main import group


@pytest.fixture
def loans(tmp_path: Path) -> Path:
    file = tmp_path / "loans.csv"
    file.write_bytes(files.loans(columns=["id"], row=lambda _, number: [number]).body)
    return file


def init(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["init", *map(str, arguments)])


def test_a_dry_run_shows_the_recipe_and_what_a_run_says_of_it_and_writes_nothing(loans: Path) -> None:
    before = recipes.names()

    result = init(loans, "--label", "paid", "--dry-run")

    lines = result.output.splitlines()
    assert result.exit_code == 0, result.output
    assert lines[0].startswith("loans.csv: 400 rows; paid (yes: ")
    assert lines[1].startswith("left out: id: every cell is another whole number: an identifier")
    assert '    model="loans",' in lines
    assert "ok      recipe loans: is valid" in lines
    assert lines[-1] == "nothing was written, as --dry-run wants it"
    assert recipes.names() == before


def test_labels_that_differ_by_spaces_alone_are_told(tmp_path: Path) -> None:
    file = tmp_path / "loans.csv"
    file.write_bytes(files.loans().body.replace(b",yes\n", b", yes\n", 30))

    lines = init(file, "--label", "paid", "--dry-run").output.splitlines()

    assert lines[1] == "note: 3 labels make 2 classes: spaces around a label do not count"


def test_a_model_that_has_a_recipe_is_refused_before_the_file_is_read(tmp_path: Path) -> None:
    result = init(tmp_path / "nowhere.csv", "--label", "paid", "--model", "kdd99-http")

    assert result.exit_code == 1
    assert "lambdas/recipes/kdd99_http.py is there already" in f"{result.exception}"


def test_a_dry_run_may_be_of_a_model_that_has_a_recipe(loans: Path) -> None:
    assert init(loans, "--label", "paid", "--dry-run", "--model", "kdd99-http").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--label", "Paid"), "has no column Paid (is it 'paid'?)"),
        (("--label", "age"), "column age has too few rows of "),
        (("--label", "id"), "column id of loans.csv has 400 different values, such as '0', '1', '10'"),
        (("--label", "paid", "--positive", "maybe"), "--positive is 'maybe'"),
        (("--label", "paid", "--model", "../Mine"), "write model='mine'"),
    ],
)
def test_what_cannot_work_is_said(arguments: tuple[str, ...], words: str, loans: Path) -> None:
    result = init(loans, *arguments)

    assert result.exit_code == 1
    assert words in f"{result.exception}", result.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = init(tmp_path / "nowhere.csv", "--label", "paid")

    assert "nowhere.csv is not there" in f"{result.exception}"


def test_a_cross_validation_without_an_error_is_told(tmp_path: Path) -> None:
    file = tmp_path / "copied.csv"
    file.write_bytes(files.content([["copy", "paid"], *([n % 2, "yn"[n % 2]] for n in range(200))]).body)

    result = init(file, "--label", "paid", "--dry-run")

    assert "note: no error in cross-validation: does a column repeat the label, or come after it?" in result.output
