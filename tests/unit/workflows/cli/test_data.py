from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import BadRequest, CommandFailed, ModelUnknown, NightswapError, StoreUnavailable
from chalicelib.limits import FILE_BYTES
from tests import http_connections
from tests.given.interference import Killed, raising, with_store
from tests.given.nights import MODEL, content
from tests.unit.workflows.cli.fake_stage import FakeStage
from workflows.checking.file import Content, File
from workflows.data_set.adding import Addition, Mode, add_all
from workflows.data_set.objects import put, remove_object
from workflows.data_set.removing import remove_all

GOOD = b"duration,src_bytes,dst_bytes,label\n0,230,1200,normal.\n0,54540,8314,back.\n"
OTHER = b"duration,src_bytes,dst_bytes,label\n0,231,1200,normal.\n0,54541,8314,back.\n"
ROW = b"0,54540,8314,back."


def a_file(folder: Path, name: str = "night-1.csv", body: bytes = GOOD) -> str:
    file = folder / name
    file.write_bytes(body)
    return str(file)


def data_set(stage: FakeStage) -> dict[str, bytes]:
    return {key: body for key, body in content(stage.outside).items() if not key.endswith("/contents.json")}


def keys(*names: str) -> list[str]:
    return [f"datasets/{MODEL}/{name}" for name in names]


def refused(stage: FakeStage, *arguments: str, by: type[NightswapError] = BadRequest) -> str:
    """The message with which a command was refused."""
    result = stage.run("data", *arguments)
    assert isinstance(result.exception, by), result.output
    return result.exception.message


def adding(edges: Any, files: Sequence[File], **mode: bool) -> list[str]:
    return add_all(Addition(edges, MODEL, Mode(**mode), lambda *_: None), files)


def test_files_are_added_to_the_data_set(tmp_path: Path) -> None:
    stage = FakeStage()

    result = stage.run("data", "add", a_file(tmp_path), a_file(tmp_path, "night-2.csv.gz", gzip.compress(OTHER)))

    assert result.exit_code == 0
    assert "added night-1.csv to the data set of kdd99-http" in result.output
    assert sorted(data_set(stage)) == keys("night-1.csv", "night-2.csv.gz")


def test_file_that_is_there_already_is_no_trouble(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "add", a_file(tmp_path))

    assert result.exit_code == 0
    assert "night-1.csv is already in the data set of kdd99-http" in result.output


def test_files_that_were_added_are_not_read_again_to_compare_others_with_them() -> None:
    stage = FakeStage()
    adding(stage.edges, [Content("a.csv", GOOD), Content("b.csv", OTHER)], twice=True)
    told: list[str] = []

    add_all(
        Addition(stage.edges, MODEL, Mode(), lambda doing, *_: told.append(doing)),
        [Content("c.csv", GOOD + ROW + b"\n")],
    )

    assert told[: told.index("adding c.csv")] == ["reading c.csv"]


BAD = {
    "empty": (b"", "ObjectUnreadable: bad.csv is empty (0 bytes)"),
    "header": (GOOD.split(b"\n")[0] + b"\n", "ObjectEmpty: bad.csv holds a header and no row"),
    "xlsx": (b"PK\x03\x04\x14\0\0\0", "ObjectUnreadable: bad.csv is a zip file, as an Excel workbook is one"),
    "utf-16": (GOOD.decode().encode("utf-16"), "ObjectUnreadable: bad.csv is UTF-16"),
    "column": (b"duration,src_bytes,label\n0,1,normal.\n", "ColumnMissing: bad.csv has no column dst_bytes"),
    "separator": (GOOD.replace(b",", b";"), "ColumnMissing: bad.csv has no column duration"),
    "value": (GOOD + b"0,abc,1,back.\n", "ValueUnparsable: 1 cell of column src_bytes in bad.csv is not a number"),
    "label": (GOOD + b"0,1,1,worm.\n", "LabelUnknown: "),
    "gzip": (gzip.compress(GOOD)[:-9], "ObjectUnreadable: bad.csv is a truncated gzip file"),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_a_run_would_refuse_is_refused_in_the_runs_words_and_none_is_added(
    name: str, tmp_path: Path
) -> None:
    stage = FakeStage()
    body, words = BAD[name]

    said = refused(stage, "add", a_file(tmp_path), a_file(tmp_path, "bad.csv", body), by=CommandFailed)

    assert words in said
    assert "data remove" not in said  # it is not in the data set
    assert said.startswith("nothing was added:\n")
    assert data_set(stage) == {}


def test_every_bad_file_is_named_on_a_line_of_its_own(tmp_path: Path) -> None:
    bad = [a_file(tmp_path, name, b"") for name in ("a.csv", "b.csv")]

    said = refused(FakeStage(), "add", bad[0], a_file(tmp_path), bad[1], by=CommandFailed)

    assert [line.split()[1] for line in said.splitlines()[1:3]] == ["a.csv", "b.csv"]


def test_file_is_added_unread_when_told_to(tmp_path: Path) -> None:
    stage = FakeStage()

    result = stage.run("data", "add", "--no-check", a_file(tmp_path, body=b""))

    assert result.exit_code == 0
    assert data_set(stage) == dict.fromkeys(keys("night-1.csv"), b"")


def test_other_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    said = refused(stage, "add", a_file(tmp_path, body=OTHER))

    assert "say --replace" in said
    assert data_set(stage) == dict.fromkeys(keys("night-1.csv"), GOOD)


def test_other_file_of_the_same_name_replaces_it_when_told_to(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "add", "--replace", a_file(tmp_path, body=OTHER))

    assert result.exit_code == 0
    assert data_set(stage) == dict.fromkeys(keys("night-1.csv"), OTHER)


SAME = {
    "the same": GOOD,
    "zipped": gzip.compress(GOOD),
    "of Windows": GOOD.replace(b"\n", b"\r\n"),
    "with a mark": b"\xef\xbb\xbf" + GOOD,
    "without its last line end": GOOD.rstrip(),
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME)
def test_same_rows_under_another_name_are_refused_with_the_name_that_holds_them(body: bytes, tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    said = refused(stage, "add", a_file(tmp_path, "again.csv", body))

    assert "again.csv holds the same rows as night-1.csv" in said
    assert stage.run("data", "add", "--twice", str(tmp_path / "again.csv")).exit_code == 0
    assert sorted(data_set(stage)) == keys("again.csv", "night-1.csv")


def test_same_rows_twice_in_one_command_are_refused(tmp_path: Path) -> None:
    said = refused(FakeStage(), "add", a_file(tmp_path), a_file(tmp_path, "again.csv"))

    assert "again.csv holds the same rows as night-1.csv" in said


def test_rows_of_a_replaced_file_may_come_back_under_another_name(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "add", "--replace", a_file(tmp_path, body=OTHER), a_file(tmp_path, "old.csv"))

    assert result.exit_code == 0
    assert sorted(data_set(stage)) == keys("night-1.csv", "old.csv")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()

    assert "two files of one name" in refused(
        FakeStage(), "add", a_file(tmp_path), a_file(tmp_path / "b", body=OTHER)
    )


@pytest.mark.parametrize("kept", [b"{", b"[]", b'{"x": 1}', None])
def test_what_is_known_of_the_rows_is_found_again_where_it_is_lost_or_damaged(
    kept: bytes | None, tmp_path: Path
) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))
    known = f"models/{MODEL}/contents.json"
    stage.outside.store.delete(known)
    if kept is not None:
        stage.outside.store.put(known, kept)

    assert "holds the same rows" in refused(stage, "add", a_file(tmp_path, "again.csv"))


def test_files_whose_rows_are_known_are_not_fetched_again(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))
    fetched: list[str] = []

    def note() -> None:
        fetched.append("again")

    # The first object that is fetched is the document of what is known, the second the key that is to be written.
    adding(with_store(stage.edges, "find", nth=3, before=note), [Content("new.csv", OTHER)])

    assert fetched == ["again"]  # what is known, once more, to be kept
    assert len(data_set(stage)) == 2


NO_FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "no.csv", "is not there"),
    "folder": (lambda folder: folder, "is a folder: name its files, such as FOLDER/*.csv"),
    "not UTF-8": (lambda folder: Path(os.fsdecode(bytes(folder) + b"/\xff.csv")), "has a name that is not UTF-8"),
    "line break": (lambda folder: folder / "a\nb.csv", "has a line break or another control character in its name"),
    "long": (lambda folder: folder / ("n" * 901), "has a name of more than 900 bytes"),
    "device": (lambda _: Path("/dev/null"), "is no file but a device or a pipe"),
    "unreadable": (lambda _: Path("/proc/self/mem"), "cannot be read ("),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_that_can_be_added_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make, words = NO_FILES[name]
    stage = FakeStage()

    said = refused(stage, "add", a_file(tmp_path), str(make(tmp_path)))

    assert words in said
    assert said.isprintable()
    assert data_set(stage) == {}


def test_file_of_more_bytes_than_a_run_reads_is_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as opened:
        opened.truncate(3 * 10**9)  # of which none is on the disk

    said = refused(FakeStage(), "add", "--no-check", str(huge))

    assert f"huge.csv has 3,000,000,000 bytes: a run reads {FILE_BYTES:,} bytes of one file at most" in said


def test_link_is_followed_and_one_to_nothing_is_told(tmp_path: Path) -> None:
    stage = FakeStage()
    a_file(tmp_path)
    (tmp_path / "link.csv").symlink_to(tmp_path / "night-1.csv")
    (tmp_path / "broken.csv").symlink_to(tmp_path / "nowhere.csv")

    assert stage.run("data", "add", str(tmp_path / "link.csv")).exit_code == 0
    assert "is a link to a file that is not there" in refused(stage, "add", str(tmp_path / "broken.csv"))


@pytest.mark.parametrize("name", ["NIGHT.CSV", "prêts été.csv", "it's 100%+#?.csv", "-1.csv", "ナイト.csv"])
def test_odd_name_is_a_name(name: str, tmp_path: Path) -> None:
    stage = FakeStage()

    assert stage.run("data", "add", a_file(tmp_path, name)).exit_code == 0
    assert sorted(data_set(stage)) == keys(name)


@pytest.mark.parametrize("operation", ["put_if_absent", "find"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_store_that_fails_on_the_way_leaves_all_as_it_was_and_the_same_again_adds_all(
    operation: str, nth: int, moment: str
) -> None:
    stage = FakeStage()
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


def test_store_that_fails_when_it_is_written_over_leaves_what_stood_there() -> None:
    stage = FakeStage()
    put(stage.edges, Content("there.csv", ROW), model=MODEL)
    failing = with_store(stage.edges, "put_if_match", after=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable, match="Nothing was added: try again"):
        adding(failing, [Content("a.csv", OTHER), Content("there.csv", GOOD)], replaces=True)

    assert data_set(stage) == dict.fromkeys(keys("there.csv"), ROW)


def interrupt() -> None:
    raise KeyboardInterrupt


def test_interrupted_command_leaves_all_as_it_was() -> None:
    stage = FakeStage()

    with pytest.raises(KeyboardInterrupt):
        adding(
            with_store(stage.edges, "put_if_absent", nth=2, after=interrupt),
            [Content("a.csv", GOOD), Content("b.csv", OTHER)],
        )

    assert data_set(stage) == {}


def test_command_that_dies_on_the_way_adds_the_rest_when_it_is_said_again() -> None:
    stage = FakeStage()
    files = [Content("a.csv", GOOD), Content("b.csv", OTHER)]
    with pytest.raises(Killed):
        adding(with_store(stage.edges, "put_if_absent", nth=2, before=raising(Killed())), files)

    assert adding(stage.edges, files) == ["b.csv"]
    assert sorted(data_set(stage)) == keys("a.csv", "b.csv")


def test_interrupted_command_that_cannot_take_back_names_what_may_be_there() -> None:
    stage = FakeStage()
    failing = with_store(stage.edges, "put_if_absent", nth=2, after=interrupt)
    failing = with_store(failing, "delete_if_match", before=raising(StoreUnavailable("no answer")))

    with pytest.raises(
        CommandFailed, match=r"^interrupted\. Some of these may have been added: a\.csv, b\.csv\. Say"
    ):
        adding(failing, [Content("a.csv", GOOD), Content("b.csv", OTHER)])


def test_what_cannot_be_taken_back_is_named() -> None:
    stage = FakeStage()
    failing = with_store(stage.edges, "put_if_absent", nth=2, before=raising(StoreUnavailable("no answer")))
    failing = with_store(failing, "delete_if_match", before=raising(StoreUnavailable("still none")))

    with pytest.raises(CommandFailed) as raised:
        adding(failing, [Content("a.csv", GOOD), Content("b.csv", OTHER)])

    assert raised.value.message.startswith("no answer. Some of these may have been added: a.csv, b.csv.")


def test_file_that_somebody_else_adds_in_this_moment_stays_his() -> None:
    stage = FakeStage()
    theirs = dict(zip(keys("b.csv"), [ROW], strict=True))

    def add_it() -> None:
        stage.outside.store.put(*next(iter(theirs.items())))

    raced = with_store(stage.edges, "put_if_absent", nth=2, before=add_it)

    with pytest.raises(BadRequest, match="somebody else added or removed"):
        adding(raced, [Content("a.csv", GOOD), Content("b.csv", OTHER)])

    assert data_set(stage) == theirs


@pytest.mark.parametrize("mode", [{}, {"replaces": True}])
def test_file_that_somebody_else_adds_after_the_look_and_before_the_write_stays_his(mode: dict[str, bool]) -> None:
    stage = FakeStage()
    theirs = dict(zip(keys("a.csv"), [OTHER], strict=True))

    def add_it() -> None:
        stage.outside.store.put(*next(iter(theirs.items())))

    raced = with_store(stage.edges, "find", nth=finds_before_the_write(stage), before=add_it)

    with pytest.raises(BadRequest, match=r"somebody else added or removed a\.csv in this moment"):
        adding(raced, [Content("a.csv", GOOD)], **mode)

    assert data_set(stage) == theirs


def test_file_that_somebody_else_removes_before_it_is_written_over_is_not_brought_back() -> None:
    stage = FakeStage()
    put(stage.edges, Content("there.csv", ROW), model=MODEL)
    raced = with_store(stage.edges, "put_if_match", before=lambda: stage.outside.store.delete(*keys("there.csv")))

    with pytest.raises(BadRequest, match=r"somebody else added or removed there\.csv in this moment"):
        adding(raced, [Content("there.csv", GOOD)], replaces=True)

    assert data_set(stage) == {}


def test_write_whose_answer_was_lost_counts() -> None:
    stage = FakeStage()
    lost = with_store(stage.edges, "put_if_absent", before=lambda: stage.outside.store.put(keys("a.csv")[0], GOOD))

    assert adding(lost, [Content("a.csv", GOOD)]) == ["a.csv"]
    assert data_set(stage) == dict.fromkeys(keys("a.csv"), GOOD)


def test_file_of_the_same_content_that_somebody_else_adds_in_this_moment_is_not_taken_back() -> None:
    stage = FakeStage()
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


def test_same_rows_that_somebody_else_adds_in_this_moment_under_another_name_count_once() -> None:
    stage = FakeStage()

    def add_it() -> None:
        adding(stage.edges, [Content("theirs.csv", GOOD)])

    raced = with_store(stage.edges, "put_if_absent", before=add_it)

    with pytest.raises(BadRequest, match=r"added the same rows as theirs\.csv in this moment\. Nothing was"):
        adding(raced, [Content("mine.csv", GOOD)])

    assert data_set(stage) == dict(zip(keys("theirs.csv"), [GOOD], strict=True))


def test_files_that_somebody_takes_away_while_they_are_compared_are_no_twins() -> None:
    stage = FakeStage()

    def add_another() -> None:
        stage.outside.store.put(keys("theirs.csv")[0], OTHER)

    def take_both() -> None:
        stage.outside.store.delete(*keys("theirs.csv"))
        stage.outside.store.delete(*keys("mine.csv"))

    raced = with_store(stage.edges, "put_if_absent", before=add_another)
    raced = with_store(raced, "list", nth=2, after=take_both)

    assert adding(raced, [Content("mine.csv", GOOD)]) == ["mine.csv"]


def test_same_rows_that_somebody_else_adds_later_are_his_to_take_back() -> None:
    stage = FakeStage()

    def add_it() -> None:
        stage.outside.clock.sleep(1)
        stage.outside.store.put(keys("theirs.csv")[0], GOOD)

    raced = with_store(stage.edges, "put_if_absent", after=add_it)

    assert adding(raced, [Content("mine.csv", GOOD)]) == ["mine.csv"]


def test_model_without_a_recipe_here_is_told_how_its_file_is_added_all_the_same() -> None:
    addition = Addition(FakeStage().edges, "elsewhere", Mode(), lambda *_: None)

    with pytest.raises(BadRequest, match=r"there is no recipe 'elsewhere'.* --no-check"):
        add_all(addition, [Content("a.csv", GOOD)])


def test_files_are_listed(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "list")

    assert "night-1.csv" in result.output
    assert "2026-11-21 03:00:00" in result.output


def test_files_are_listed_for_programs(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    assert stage.json("data", "list", "--json") == [
        {"name": "night-1.csv", "size_bytes": len(GOOD), "modified_at": "2026-11-21 03:00:00"}
    ]


def test_empty_data_set_is_listed_too() -> None:
    assert FakeStage().json("data", "list", "--json") == []
    assert FakeStage().run("data", "list").exit_code == 0


def test_file_that_is_removed_is_kept_apart(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "remove", "night-1.csv")

    assert result.exit_code == 0
    assert "removed night-1.csv; it is kept as s3://nightswap-test-123456789012-eu-west-1/" in result.output
    assert data_set(stage) == {f"removed/{MODEL}/night-1.csv": GOOD}


def test_unknown_file_cannot_be_removed_and_no_other_is(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path, "a.csv"), a_file(tmp_path, "c.csv", OTHER))

    said = refused(stage, "remove", "a.csv", "nosuch.csv", "c.csv")

    assert said == "the data set of kdd99-http has no file 'nosuch.csv'; it has: a.csv, c.csv. Nothing was removed"
    assert sorted(data_set(stage)) == keys("a.csv", "c.csv")


def test_nothing_can_be_removed_from_an_empty_data_set() -> None:
    assert "it has: none" in refused(FakeStage(), "remove", "night-7.csv")


def test_name_that_is_said_twice_is_removed_once(tmp_path: Path) -> None:
    stage = FakeStage()
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "remove", "night-1.csv", "night-1.csv")

    assert result.output.count("removed night-1.csv;") == 1


@pytest.mark.parametrize("operation", ["copy", "delete"])
def test_removal_that_fails_on_the_way_says_what_is_done_and_is_finished_by_the_same_command(operation: str) -> None:
    stage = FakeStage()
    for name, body in (("a.csv", GOOD), ("b.csv", OTHER)):
        put(stage.edges, Content(name, body), model=MODEL)
    dying = with_store(stage.edges, operation, nth=2, before=raising(StoreUnavailable("no answer")))

    with pytest.raises(CommandFailed) as raised:
        remove_all(dying, ["a.csv", "b.csv"], model=MODEL)
    assert "no answer. Removed: a.csv; not known to be removed: b.csv. Say the same again" in raised.value.message

    remove_all(stage.edges, ["a.csv", "b.csv"], model=MODEL)
    assert data_set(stage) == {f"removed/{MODEL}/a.csv": GOOD, f"removed/{MODEL}/b.csv": OTHER}


def test_removal_that_was_interrupted_is_repeated() -> None:
    stage = FakeStage()
    put(stage.edges, Content("night-1.csv", GOOD), model=MODEL)
    dying = with_store(stage.edges, "delete", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        remove_object(dying, "night-1.csv", model=MODEL)

    remove_object(dying, "night-1.csv", model=MODEL)

    assert data_set(stage) == {f"removed/{MODEL}/night-1.csv": GOOD}


@pytest.mark.parametrize("command", [("list",), ("remove", "x"), ("add", __file__)])
def test_data_of_an_unknown_model_is_refused(command: tuple[str, ...]) -> None:
    stage = FakeStage()

    result = stage.run("data", *command, "--model", "other")

    assert isinstance(result.exception, ModelUnknown)
    assert content(stage.outside) == {}


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """The proc file system's own files say 0 bytes and hold more, as one does that grows while it is read."""
    said = refused(FakeStage(), "add", "/proc/self/status")

    assert said == "/proc/self/status changed while it was read: add it when it is complete"


class Changing:
    """A file that grows between two looks at it."""

    name = "night.csv"

    def __init__(self) -> None:
        self.bodies = [GOOD, OTHER]

    def read(self) -> bytes:
        return self.bodies.pop(0)


def test_file_that_changes_between_the_look_and_the_write_is_refused() -> None:
    stage = FakeStage()

    with pytest.raises(BadRequest, match=r"night\.csv changed since it was looked at"):
        adding(stage.edges, [Content("a.csv", OTHER + b"0,1,1,back.\n"), Changing()])

    assert data_set(stage) == {}


def test_large_file_is_read_in_whole(tmp_path: Path) -> None:
    stage = FakeStage()
    file = http_connections.write(tmp_path / "many.csv.gz", http_connections.rows())

    assert stage.run("data", "add", str(file)).exit_code == 0
