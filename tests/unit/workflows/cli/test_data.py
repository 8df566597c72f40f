"""nightswap data: what lists a data set, and whose data set there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import ModelUnknown
from tests.fakes.stage import FakeStage
from tests.given.nights import content
from tests.unit.lambdas.nightly_batch import night_with_data, whole_night
from tests.unit.workflows.data_set.files import GOOD, a_file


def test_files_are_listed(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "list")

    assert "night-1.csv" in result.output
    assert "2026-11-21 03:00:00" in result.output


def test_files_are_listed_for_programs(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    assert stage.json("data", "list", "--json") == [
        {
            "name": "night-1.csv",
            "size_bytes": len(GOOD),
            "modified_at": "2026-11-21 03:00:00",
            "state": "new",
            "trained_by": None,
            "rows": None,
            "classes": None,
            "rows_left_out": None,
            "why_left_out": None,
            "left_out_since": None,
        }
    ]


def test_file_that_a_version_is_trained_on_is_listed_with_its_rows_and_classes() -> None:
    night = night_with_data()
    whole_night(night.edges)

    lines = FakeStage(night).run("data", "list").output.splitlines()

    assert lines[0].endswith("version 1 is live")
    assert lines[2].split() == ["trained", "on", "2026-11-21", "03:00:00", "1,500", "night-1.csv"]
    assert lines[3].strip().startswith("attack: 600 rows, normal: 900 rows; ")


def test_empty_data_set_is_listed_too() -> None:
    assert FakeStage().json("data", "list", "--json") == []
    assert FakeStage().run("data", "list").exit_code == 0


@pytest.mark.parametrize("command", [("list",), ("remove", "x"), ("add", __file__)])
def test_data_of_an_unknown_model_is_refused(stage: FakeStage, command: tuple[str, ...]) -> None:
    result = stage.run("data", *command, "--model", "other")

    assert isinstance(result.exception, ModelUnknown)
    assert content(stage.outside) == {}
