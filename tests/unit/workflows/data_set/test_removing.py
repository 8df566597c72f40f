"""Files are taken out of a data set, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import BadRequest, CommandFailed, StoreUnavailable
from tests.fakes.stage import FakeStage
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL
from tests.unit.workflows.data_set.files import GOOD, OTHER, ROW, a_file, data_set, keys, refused
from workflows.checking.file import Content
from workflows.data_set.objects import put, remove_object
from workflows.data_set.removing import remove_all

TWO = {"a.csv": GOOD, "b.csv": OTHER}


def interrupt() -> None:
    raise KeyboardInterrupt


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


@pytest.fixture
def two(stage: FakeStage) -> FakeStage:
    """A stage with two files."""
    for name, body in TWO.items():
        put(stage.edges, Content(name, body), model=MODEL)
    return stage


def present(stage: FakeStage) -> dict[str, bytes]:
    """What a run would train on."""
    return {key: body for key, body in data_set(stage).items() if key.startswith("datasets/")}


@pytest.mark.parametrize("operation", ["copy", "delete_if_match"])
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_removal_that_fails_on_the_way_removes_nothing_and_the_same_again_removes_all(
    two: FakeStage, operation: str, nth: int, moment: str
) -> None:
    before = present(two)
    failing = with_store(two.edges, operation, nth=nth, **{moment: raising(StoreUnavailable("no answer"))})

    with pytest.raises(StoreUnavailable, match=r"^no answer\. Nothing was removed: try again$"):
        remove_all(failing, [*TWO], model=MODEL)
    assert present(two) == before

    remove_all(two.edges, [*TWO], model=MODEL)
    assert data_set(two) == {f"removed/{MODEL}/{name}": body for name, body in TWO.items()}


def test_interrupted_removal_removes_nothing(two: FakeStage) -> None:
    before = present(two)

    with pytest.raises(KeyboardInterrupt):
        remove_all(with_store(two.edges, "delete_if_match", nth=2, after=interrupt), [*TWO], model=MODEL)

    assert present(two) == before


def test_what_cannot_be_put_back_is_named_and_the_same_again_removes_the_rest(two: FakeStage) -> None:
    failing = with_store(two.edges, "delete_if_match", nth=2, before=raising(StoreUnavailable("no answer")))
    failing = with_store(failing, "put_if_absent", before=raising(StoreUnavailable("still none")))

    with pytest.raises(
        CommandFailed, match=r"^no answer. Some of these may have been removed: a\.csv, b\.csv. Repeat"
    ):
        remove_all(failing, [*TWO], model=MODEL)

    remove_all(two.edges, [*TWO], model=MODEL)
    assert present(two) == {}


def test_file_that_somebody_else_replaces_meanwhile_stays_and_none_is_removed(two: FakeStage) -> None:
    def replace() -> None:
        put(two.edges, Content("b.csv", ROW), model=MODEL)

    with pytest.raises(BadRequest, match=r"^somebody else replaced b\.csv in this moment. Nothing was removed"):
        remove_all(with_store(two.edges, "delete_if_match", nth=2, before=replace), [*TWO], model=MODEL)

    assert present(two) == dict(zip(keys("a.csv", "b.csv"), (GOOD, ROW), strict=True))


def test_file_that_somebody_else_adds_anew_while_it_is_put_back_stays_his(two: FakeStage) -> None:
    def fail() -> None:
        put(two.edges, Content("a.csv", ROW), model=MODEL)
        raise StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable):
        remove_all(with_store(two.edges, "delete_if_match", nth=2, before=fail), [*TWO], model=MODEL)

    assert present(two) == dict(zip(keys("a.csv", "b.csv"), (ROW, OTHER), strict=True))


@pytest.mark.parametrize(("operation", "nth"), [("find", 2), ("delete_if_match", 2)])
def test_file_that_somebody_else_removes_meanwhile_counts_as_removed(
    two: FakeStage, operation: str, nth: int
) -> None:
    def remove() -> None:
        two.outside.store.delete(f"datasets/{MODEL}/b.csv")

    remove_all(with_store(two.edges, operation, nth=nth, before=remove), [*TWO], model=MODEL)

    assert present(two) == {}


def test_removal_that_was_interrupted_is_repeated(stage: FakeStage) -> None:
    put(stage.edges, Content("night-1.csv", GOOD), model=MODEL)
    dying = with_store(stage.edges, "delete", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        remove_object(dying, "night-1.csv", model=MODEL)

    remove_object(dying, "night-1.csv", model=MODEL)

    assert data_set(stage) == {f"removed/{MODEL}/night-1.csv": GOOD}
