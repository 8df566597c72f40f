"""`nightswap data sample`."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from workflows.cli.main import group
from workflows.sample_data.known import NAMES


def sample(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["data", "sample", *map(str, arguments)])


def test_without_a_name_all_are_listed() -> None:
    assert [line.partition(":")[0] for line in sample().output.splitlines()] == list(NAMES)


def test_a_sample_is_written_and_the_way_on_is_told(tmp_path: Path) -> None:
    lines = sample("iris", "--to", tmp_path).output.split("\n")

    assert f"wrote {tmp_path}/iris.csv" in lines
    assert f"a model of it: nightswap init {tmp_path}/iris.csv --label species" in lines


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert f"{sample('iris', '--to', tmp_path / 'nowhere').exception}".endswith("nowhere is no folder")
