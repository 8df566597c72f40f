from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import BadRequest, ModelUnknown, StoreUnavailable
from tests.unit.chalicelib.interference import raising, with_store
from tests.unit.chalicelib.nights import MODEL, content
from tests.unit.workflows.cli.fake_stage import FakeStage
from workflows.cli.data import add_file, remove_object


def a_file(folder: Path, name: str = "night-1.csv", text: str = "a,b\n1,2\n") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_files_are_added_to_the_data_set(tmp_path: Path) -> None:
    stage = FakeStage()
    files = [str(a_file(tmp_path, name)) for name in ("night-1.csv", "night-2.csv")]

    result = stage.run("data", "add", *files)

    assert result.exit_code == 0
    assert "added night-1.csv to the data set of kdd99-http" in result.output
    assert sorted(content(stage.outside)) == [f"datasets/{MODEL}/night-1.csv", f"datasets/{MODEL}/night-2.csv"]


def test_file_that_is_there_already_is_no_trouble(tmp_path: Path) -> None:
    stage = FakeStage()
    file = str(a_file(tmp_path))

    codes = [stage.run("data", "add", file).exit_code for _ in range(2)]

    assert codes == [0, 0]


def test_other_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", str(a_file(tmp_path)))
    before = content(stage.outside)

    result = stage.run("data", "add", str(a_file(tmp_path, text="a,b\n3,4\n")))

    assert isinstance(result.exception, BadRequest)
    assert "say --replace" in result.exception.message
    assert content(stage.outside) == before


def test_other_file_of_the_same_name_replaces_it_when_told_to(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", str(a_file(tmp_path)))

    result = stage.run("data", "add", "--replace", str(a_file(tmp_path, text="a,b\n3,4\n")))

    assert result.exit_code == 0
    assert content(stage.outside) == {f"datasets/{MODEL}/night-1.csv": b"a,b\n3,4\n"}


def test_file_that_is_taken_away_in_the_moment_of_adding_is_refused(tmp_path: Path) -> None:
    stage = FakeStage()
    file = a_file(tmp_path)
    add_file(stage.edges, file, model=MODEL, replace=False)
    key = f"datasets/{MODEL}/night-1.csv"
    raced = with_store(stage.edges, "find", before=lambda: stage.outside.store.delete(key))

    with pytest.raises(BadRequest):
        add_file(raced, file, model=MODEL, replace=False)


def test_lost_answer_is_repaired_by_adding_again(tmp_path: Path) -> None:
    stage = FakeStage()
    file = a_file(tmp_path)
    lossy = with_store(stage.edges, "put_if_absent", after=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        add_file(lossy, file, model=MODEL, replace=False)

    add_file(lossy, file, model=MODEL, replace=False)

    assert content(stage.outside) == {f"datasets/{MODEL}/night-1.csv": file.read_bytes()}


def test_files_are_listed(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", str(a_file(tmp_path)))

    result = stage.run("data", "list")

    assert "night-1.csv" in result.output
    assert "2026-11-21 03:00:00" in result.output


def test_files_are_listed_for_programs(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", str(a_file(tmp_path)))

    assert stage.json("data", "list", "--json") == [
        {"name": "night-1.csv", "size_bytes": 8, "modified_at": "2026-11-21 03:00:00"}
    ]


def test_empty_data_set_is_listed_too() -> None:
    assert FakeStage().json("data", "list", "--json") == []
    assert FakeStage().run("data", "list").exit_code == 0


def test_file_that_is_removed_is_kept_apart(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", str(a_file(tmp_path)))

    result = stage.run("data", "remove", "night-1.csv")

    assert result.exit_code == 0
    assert "removed night-1.csv; it is kept as s3://nightswap-test-123456789012-eu-west-1/" in result.output
    assert content(stage.outside) == {f"removed/{MODEL}/night-1.csv": b"a,b\n1,2\n"}


def test_unknown_file_cannot_be_removed_and_the_known_ones_are_told(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", str(a_file(tmp_path)))

    result = stage.run("data", "remove", "night-7.csv")

    assert isinstance(result.exception, BadRequest)
    assert result.exception.message == "the data set of kdd99-http has no file 'night-7.csv'; it has: night-1.csv"


def test_nothing_can_be_removed_from_an_empty_data_set() -> None:
    result = FakeStage().run("data", "remove", "night-7.csv")

    assert isinstance(result.exception, BadRequest)
    assert result.exception.message.endswith("it has: none")


def test_removal_that_was_interrupted_is_repeated(tmp_path: Path) -> None:
    stage = FakeStage()
    add_file(stage.edges, a_file(tmp_path), model=MODEL, replace=False)
    dying = with_store(stage.edges, "delete", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        remove_object(dying, "night-1.csv", model=MODEL)

    remove_object(dying, "night-1.csv", model=MODEL)

    assert content(stage.outside) == {f"removed/{MODEL}/night-1.csv": b"a,b\n1,2\n"}


@pytest.mark.parametrize("command", [("list",), ("remove", "x"), ("add", __file__)])
def test_data_of_an_unknown_model_is_refused(command: tuple[str, ...]) -> None:
    stage = FakeStage()

    result = stage.run("data", *command, "--model", "other")

    assert isinstance(result.exception, ModelUnknown)
    assert content(stage.outside) == {}
