"""Adding files while the store fails, the user interrupts, or somebody else adds and removes files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import BadRequest, CommandFailed, StoreUnavailable
from tests.fakes.stage import FakeStage
from tests.given.interference import Killed, raising, with_store
from tests.given.nights import MODEL
from tests.unit.workflows.data_set.files import GOOD, OTHER, ROW, adding, data_set, keys
from workflows.checking.file import Content
from workflows.data_set.objects import put


@pytest.mark.parametrize("operation", ["put_if_absent", "find"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_store_that_fails_on_the_way_leaves_all_as_it_was_and_the_same_again_adds_all(
    stage: FakeStage, operation: str, nth: int, moment: str
) -> None:
    put(stage.edges, Content("there.csv", ROW), model=MODEL)
    files = [Content("a.csv", GOOD), Content("b.csv", OTHER), Content("there.csv", GOOD + ROW + b"\n")]
    failing = with_store(stage.edges, operation, nth=nth, **{moment: raising(StoreUnavailable("no answer"))})

    if (operation, nth) not in {("put_if_absent", 3), ("put_if_absent", 4)}:  # there are two files to be made
        with pytest.raises(StoreUnavailable):
            adding(failing, files, replaces=True)
        assert data_set(stage) == dict.fromkeys(keys("there.csv"), ROW)

    adding(stage.edges, files, replaces=True)
    assert data_set(stage) == dict(
        zip(keys("a.csv", "b.csv", "there.csv"), (each.body for each in files), strict=True)
    )


def test_store_that_fails_when_it_is_written_over_leaves_what_stood_there(stage: FakeStage) -> None:
    put(stage.edges, Content("there.csv", ROW), model=MODEL)
    failing = with_store(stage.edges, "put_if_match", after=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable, match="Nothing was added: try again"):
        adding(failing, [Content("a.csv", OTHER), Content("there.csv", GOOD)], replaces=True)

    assert data_set(stage) == dict.fromkeys(keys("there.csv"), ROW)


def interrupt() -> None:
    raise KeyboardInterrupt


def test_interrupted_command_leaves_all_as_it_was(stage: FakeStage) -> None:
    with pytest.raises(KeyboardInterrupt):
        adding(
            with_store(stage.edges, "put_if_absent", nth=2, after=interrupt),
            [Content("a.csv", GOOD), Content("b.csv", OTHER)],
        )

    assert data_set(stage) == {}


def test_command_that_dies_on_the_way_adds_the_rest_when_it_is_said_again(stage: FakeStage) -> None:
    files = [Content("a.csv", GOOD), Content("b.csv", OTHER)]
    with pytest.raises(Killed):
        adding(with_store(stage.edges, "put_if_absent", nth=2, before=raising(Killed())), files)

    assert adding(stage.edges, files) == ["b.csv"]
    assert sorted(data_set(stage)) == keys("a.csv", "b.csv")


def test_interrupted_command_that_cannot_take_back_names_what_may_be_there(stage: FakeStage) -> None:
    failing = with_store(stage.edges, "put_if_absent", nth=2, after=interrupt)
    failing = with_store(failing, "delete_if_match", before=raising(StoreUnavailable("no answer")))

    with pytest.raises(
        CommandFailed, match=r"^interrupted\. Some of these may have been added: a\.csv, b\.csv\. Repeat"
    ):
        adding(failing, [Content("a.csv", GOOD), Content("b.csv", OTHER)])


def test_what_cannot_be_taken_back_is_named(stage: FakeStage) -> None:
    failing = with_store(stage.edges, "put_if_absent", nth=2, before=raising(StoreUnavailable("no answer")))
    failing = with_store(failing, "delete_if_match", before=raising(StoreUnavailable("still none")))

    with pytest.raises(CommandFailed) as raised:
        adding(failing, [Content("a.csv", GOOD), Content("b.csv", OTHER)])

    assert raised.value.message.startswith("no answer. Some of these may have been added: a.csv, b.csv.")


def test_file_that_somebody_else_adds_in_this_moment_stays_his(stage: FakeStage) -> None:
    theirs = dict(zip(keys("b.csv"), [ROW], strict=True))

    def add_it() -> None:
        stage.outside.store.put(*next(iter(theirs.items())))

    raced = with_store(stage.edges, "put_if_absent", nth=2, before=add_it)

    with pytest.raises(BadRequest, match="somebody else added or removed"):
        adding(raced, [Content("a.csv", GOOD), Content("b.csv", OTHER)])

    assert data_set(stage) == theirs


@pytest.mark.parametrize("mode", [{}, {"replaces": True}])
def test_file_that_somebody_else_adds_after_the_look_and_before_the_write_stays_his(
    stage: FakeStage, mode: dict[str, bool]
) -> None:
    theirs = dict(zip(keys("a.csv"), [OTHER], strict=True))

    def add_it() -> None:
        stage.outside.store.put(*next(iter(theirs.items())))

    raced = with_store(stage.edges, "find", nth=finds_before_the_write(stage), before=add_it)

    with pytest.raises(BadRequest, match=r"somebody else added or removed a\.csv in this moment"):
        adding(raced, [Content("a.csv", GOOD)], **mode)

    assert data_set(stage) == theirs


def test_file_that_somebody_else_removes_before_it_is_written_over_is_not_brought_back(stage: FakeStage) -> None:
    put(stage.edges, Content("there.csv", ROW), model=MODEL)
    raced = with_store(stage.edges, "put_if_match", before=lambda: stage.outside.store.delete(*keys("there.csv")))

    with pytest.raises(BadRequest, match=r"somebody else added or removed there\.csv in this moment"):
        adding(raced, [Content("there.csv", GOOD)], replaces=True)

    assert data_set(stage) == {}


def test_write_whose_answer_was_lost_counts(stage: FakeStage) -> None:
    lost = with_store(stage.edges, "put_if_absent", before=lambda: stage.outside.store.put(keys("a.csv")[0], GOOD))

    assert adding(lost, [Content("a.csv", GOOD)]) == ["a.csv"]
    assert data_set(stage) == dict.fromkeys(keys("a.csv"), GOOD)


def test_file_of_the_same_content_that_somebody_else_adds_in_this_moment_is_not_taken_back(stage: FakeStage) -> None:
    theirs = dict(zip(keys("a.csv"), [GOOD], strict=True))
    raced = with_store(
        stage.edges, "put_if_absent", before=lambda: stage.outside.store.put(*next(iter(theirs.items())))
    )
    raced = with_store(raced, "put_if_absent", nth=2, before=raising(StoreUnavailable("no answer")))

    with pytest.raises(
        StoreUnavailable, match=r"Nothing was added but a\.csv, which somebody else may have added in"
    ):
        adding(raced, [Content("a.csv", GOOD), Content("b.csv", OTHER)])

    assert data_set(stage) == theirs


def finds_before_the_write(stage: FakeStage) -> int:
    """How many objects are read until the one that is to be written."""
    asked: list[str] = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(stage.edges.store, name)

        def find(self, key: str) -> Any:
            asked.append(key)
            return stage.edges.store.find(key)

    adding(replace(stage.edges, store=Counting()), [Content("a.csv", GOOD)])
    stage.outside.store.delete(*keys("a.csv"))
    return asked.index(keys("a.csv")[0]) + 1


def test_same_rows_that_somebody_else_adds_in_this_moment_under_another_name_count_once(stage: FakeStage) -> None:
    def add_it() -> None:
        adding(stage.edges, [Content("theirs.csv", GOOD)])

    raced = with_store(stage.edges, "put_if_absent", before=add_it)

    with pytest.raises(BadRequest, match=r"added the same rows as theirs\.csv in this moment\. Nothing was"):
        adding(raced, [Content("mine.csv", GOOD)])

    assert data_set(stage) == dict(zip(keys("theirs.csv"), [GOOD], strict=True))


def test_files_that_somebody_takes_away_while_they_are_compared_are_no_twins(stage: FakeStage) -> None:
    def add_another() -> None:
        stage.outside.store.put(keys("theirs.csv")[0], OTHER)

    def take_both() -> None:
        stage.outside.store.delete(*keys("theirs.csv"))
        stage.outside.store.delete(*keys("mine.csv"))

    raced = with_store(stage.edges, "put_if_absent", before=add_another)
    raced = with_store(raced, "list", nth=2, after=take_both)

    assert adding(raced, [Content("mine.csv", GOOD)]) == ["mine.csv"]


def test_same_rows_that_somebody_else_adds_later_are_his_to_take_back(stage: FakeStage) -> None:
    def add_it() -> None:
        stage.outside.clock.sleep(1)
        stage.outside.store.put(keys("theirs.csv")[0], GOOD)

    raced = with_store(stage.edges, "put_if_absent", after=add_it)

    assert adding(raced, [Content("mine.csv", GOOD)]) == ["mine.csv"]


class Changing:
    """A file that grows between two looks at it."""

    name = "night.csv"

    def __init__(self) -> None:
        self.bodies = [GOOD, OTHER]

    def read(self) -> bytes:
        return self.bodies.pop(0)


def test_file_that_changes_between_the_look_and_the_write_is_refused(stage: FakeStage) -> None:
    with pytest.raises(BadRequest, match=r"night\.csv changed since it was looked at"):
        adding(stage.edges, [Content("a.csv", OTHER + b"0,1,1,back.\n"), Changing()])

    assert data_set(stage) == {}
