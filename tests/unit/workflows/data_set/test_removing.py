"""Files are taken out of a data set, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import CommandFailed, StoreUnavailable
from tests.fakes.stage import FakeStage
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL
from tests.unit.workflows.data_set.files import GOOD, OTHER, a_file, data_set, keys, refused
from workflows.checking.file import Content
from workflows.data_set.objects import put, remove_object
from workflows.data_set.removing import remove_all


def test_file_that_is_removed_is_kept_apart(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "remove", "night-1.csv")

    assert result.exit_code == 0
    assert "removed night-1.csv; it is kept as s3://nightswap-test-123456789012-eu-west-1/" in result.output
    assert data_set(stage) == {f"removed/{MODEL}/night-1.csv": GOOD}


def test_unknown_file_cannot_be_removed_and_no_other_is(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path, "a.csv"), a_file(tmp_path, "c.csv", OTHER))

    said = refused(stage, "remove", "a.csv", "nosuch.csv", "c.csv")

    assert said == "the data set of kdd99-http has no file 'nosuch.csv'; it has: a.csv, c.csv. Nothing was removed"
    assert sorted(data_set(stage)) == keys("a.csv", "c.csv")


def test_nothing_can_be_removed_from_an_empty_data_set() -> None:
    assert "it has: none" in refused(FakeStage(), "remove", "night-7.csv")


def test_name_that_is_said_twice_is_removed_once(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "remove", "night-1.csv", "night-1.csv")

    assert result.output.count("removed night-1.csv;") == 1


@pytest.mark.parametrize("operation", ["copy", "delete"])
def test_removal_that_fails_on_the_way_says_what_is_done_and_is_finished_by_the_same_command(
    stage: FakeStage, operation: str
) -> None:
    for name, body in (("a.csv", GOOD), ("b.csv", OTHER)):
        put(stage.edges, Content(name, body), model=MODEL)
    dying = with_store(stage.edges, operation, nth=2, before=raising(StoreUnavailable("no answer")))

    with pytest.raises(CommandFailed) as raised:
        remove_all(dying, ["a.csv", "b.csv"], model=MODEL)
    assert "no answer. Removed: a.csv; not known to be removed: b.csv. Repeat the command" in raised.value.message

    remove_all(stage.edges, ["a.csv", "b.csv"], model=MODEL)
    assert data_set(stage) == {f"removed/{MODEL}/a.csv": GOOD, f"removed/{MODEL}/b.csv": OTHER}


def test_removal_that_was_interrupted_is_repeated(stage: FakeStage) -> None:
    put(stage.edges, Content("night-1.csv", GOOD), model=MODEL)
    dying = with_store(stage.edges, "delete", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        remove_object(dying, "night-1.csv", model=MODEL)

    remove_object(dying, "night-1.csv", model=MODEL)

    assert data_set(stage) == {f"removed/{MODEL}/night-1.csv": GOOD}
