"""`nightswap data convert` writes a file beside the given one, and what `init` cannot read names that command."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.errors import BadRequest
from tests.fakes.stage import FakeStage
from tests.unit.workflows.drafting import files
from workflows.cli.main import group


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, [*arguments])


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Loans with semicolons, in Latin-1, with decimal commas."""
    body = files.loans(columns=["größe"], row=lambda draw, _: [f"{draw.random():.3f}"]).body.decode()
    file = tmp_path / "loans.csv"
    file.write_bytes(body.replace(",", ";").replace(".", ",").encode("latin-1"))
    return file


def test_file_that_init_refuses_is_taken_after_the_command_that_the_refusal_names(
    foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    refused = str(run("init", str(foreign), "--label", "paid", "--dry-run").exception)
    _, *command = shlex.split(refused.partition("It can be converted: ")[2])
    converted = run(*command)
    _, *again = shlex.split(converted.output.partition("a model of it: ")[2].replace("COLUMN", "paid"))
    drafted = run(*again, "--dry-run")

    assert "its encoding was Windows-1252, and is UTF-8" in converted.output
    assert "wrote converted/loans.csv" in converted.output
    assert drafted.exit_code == 0, drafted.output
    assert 'Numeric("größe")' in drafted.output


def test_column_of_decimal_commas_is_left_out_with_the_command_that_helps(tmp_path: Path) -> None:
    file = tmp_path / "loans.csv"
    file.write_bytes(
        files.loans(columns=["rate"], row=lambda draw, _: [f"{draw.random():.2f}".replace(".", ",")]).body
    )

    lines = run("init", str(file), "--label", "paid", "--dry-run").output.splitlines()

    assert lines[1].startswith("left out: rate: numbers such as '0,")
    assert lines[2] == f"to convert it: nightswap data convert {file}"


def test_bad_cells_that_runs_leave_out_are_told(tmp_path: Path) -> None:
    file = tmp_path / "loans.csv"
    file.write_bytes(
        files.loans(columns=["rate"], row=lambda draw, number: ["lots" if number == 7 else draw.random()]).body
    )

    lines = run("init", str(file), "--label", "paid", "--dry-run").output.splitlines()

    told = "1 of 400 cells is no number, such as 'lots' on line 9; runs leave such rows out"
    assert lines[1] == f"tolerated: rate: {told}"


def test_night_that_cannot_be_added_names_the_command_too(stage: FakeStage, tmp_path: Path) -> None:
    file = tmp_path / "night.csv"
    file.write_bytes(b"duration;label\n1;x\n")

    error = stage.run("data", "add", str(file)).exception

    assert f"It can be converted: nightswap data convert {file}\n" in str(error)


def test_file_that_is_as_it_should_be_is_left_alone(tmp_path: Path) -> None:
    file, target = tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_bytes(b"a,b\n1,2\n")

    assert run("data", "convert", str(file), "--to", str(target)).output == (
        "a.csv is as it should be: nothing was written\n"
    )
    assert not target.exists()


def test_other_file_is_not_written_over(foreign: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.csv"
    assert run("data", "convert", str(foreign), "--to", str(target)).exit_code == 0
    assert run("data", "convert", str(foreign), "--to", str(target)).exit_code == 0

    error = run("data", "convert", str(foreign), "--to", str(foreign)).exception

    assert isinstance(error, BadRequest)
    assert f"{foreign} is there already: delete it, or name another file with --to" in str(error)


def test_several_nights_are_converted_at_once(foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    other, right = tmp_path / "night-2.csv", tmp_path / "right.csv"
    other.write_bytes(foreign.read_bytes())
    right.write_bytes(b"a,b\n1,2\n")

    said = run("data", "convert", str(foreign), str(right), str(other)).output.splitlines()

    assert [line for line in said if line.startswith(("wrote", "right", "a model"))] == [
        "wrote converted/loans.csv",
        "right.csv is as it should be: nothing was written",
        "wrote converted/night-2.csv",
        "a model of it: nightswap init converted/loans.csv --label COLUMN",
    ]
    assert "night-2.csv: its encoding was Windows-1252, and is UTF-8" in said


def test_one_place_for_several_files_is_refused_before_anything_is_written(foreign: Path, tmp_path: Path) -> None:
    error = run("data", "convert", str(foreign), str(foreign), "--to", str(tmp_path / "b.csv")).exception

    assert "--to is the place of one file, and 2 are to be converted: leave it out" in str(error)
    assert not (tmp_path / "b.csv").exists()


def test_dates_in_doubt_are_told_with_the_option_that_converts_them(tmp_path: Path) -> None:
    file, target = tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_bytes(b"day,price\n01/02/2026,1.234\n")
    command = ("data", "convert", str(file), "--to", str(target))

    told = " ".join(run(*command).output.split())

    assert told == (
        "day stays as it is: dates such as '01/02/2026' may have the day first or the month first; to convert it:"
        " --dates day-first or month-first"
    )
    assert not target.exists()
    assert run(*command, "--dates", "day-first", "--decimal", "comma").exit_code == 0
    assert target.read_bytes() == b"day,price\n2026-02-01,1234\n"


def test_what_was_written_with_dates_in_doubt_is_written_over_by_the_command_that_is_told(tmp_path: Path) -> None:
    file, target = tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_bytes(b"day;price\n01/02/2026;1,5\n")
    command = ("data", "convert", str(file), "--to", str(target))
    run(*command)
    assert target.read_bytes() == b"day,price\n01/02/2026,1.5\n"

    again = run(*command, "--dates", "month-first")

    assert (again.exit_code, target.read_bytes()) == (0, b"day,price\n2026-01-02,1.5\n")


def test_file_itself_is_not_written_over_whatever_its_owner_says_of_it(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"day,price\n01/02/2026,1.5\n")

    error = run("data", "convert", str(file), "--to", str(file), "--dates", "day-first").exception

    assert f"{file} is there already" in str(error)
    assert file.read_bytes() == b"day,price\n01/02/2026,1.5\n"
