"""Windows and splits by time: which dates are used, trained on and held out, on every night of a model's life."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.dates.recorded import find_dates
from chalicelib.errors import (
    ColumnMissing,
    DataError,
    NameUndated,
    ObjectEmpty,
    ObjectUnreadable,
    SingleClass,
    TooFewRows,
    ValueOutOfRange,
    ValueUnparsable,
)
from chalicelib.runs import dataset
from lambdas import packs
from lambdas.extents import extents
from lambdas.horizon import within
from lambdas.model.data.part import Part, merged
from lambdas.model.recipe import Recipe, Split, Tolerate, Window
from lambdas.model.splitting.split import DATED, DRAWN, NIGHTLY
from lambdas.parts import Prepared, files_of
from lambdas.split_words import told
from lambdas.splits import Splits
from tests.given import data
from tests.unit.lambdas.nightly_batch import SETTINGS
from tests.unit.lambdas.test_packs import MODEL, UNKNOWN, Counting, bodies, put, recorded
from tests.unit.lambdas.test_packs import told as handed_on

FIRST = date(2026, 11, 1)
BY_NIGHTS = data.numeric_recipe(split=Split(by="time", nights=2))
BY_DAYS = data.numeric_recipe(split=Split(by="time", days=2, column="opened"))
LAST_NIGHTS = data.numeric_recipe(window=Window(nights=3))
LAST_DAYS = data.numeric_recipe(window=Window(days=3, column="opened"))


def day(number: int) -> str:
    """The first is 2026-11-01."""
    return (FIRST + timedelta(days=number - 1)).isoformat()


def of_days(*days: int, rows: int = 10) -> bytes:
    """So many rows of each day; `size` tells day and row, so that a test can tell the rows."""
    lines = [
        f"{100 * each + row},{row % 3},{day(each)},{('ok.', 'spam.')[row % 2]}"
        for each in days
        for row in range(rows)
    ]
    return "\n".join(["size,age,opened,label", *lines, ""]).encode()


def nights(*numbers: int) -> dict[str, bytes]:
    return {f"flows-{day(each)}.csv": of_days(each) for each in numbers}


def prepare(account: Counting, files: Mapping[str, bytes], recipe: Recipe, *, known: Splits = UNKNOWN) -> Prepared:
    objects = put(account, files)
    account.forget()
    used = within(account.edges, recipe, objects)
    return packs.from_objects(account.edges, MODEL, used, known, memory_mb=1_769, load=lambda _: recipe)


def rows_of(account: Counting, prepared: Prepared, side: str) -> set[float]:
    parts = [Part.from_files(files_of(account.edges, each)) for each in getattr(prepared, side)]
    return set(merged(parts).numeric[:, 0].tolist())


def all_rows_of(account: Counting, prepared: Prepared) -> set[float]:
    return rows_of(account, prepared, "train") | rows_of(account, prepared, "holdout")


def days_of(account: Counting, prepared: Prepared, side: str) -> list[int]:
    return sorted({int(size // 100) for size in rows_of(account, prepared, side)})


def sides(account: Counting, prepared: Prepared) -> tuple[list[int], list[int]]:
    """The days of the training part, and of the holdout."""
    return days_of(account, prepared, "train"), days_of(account, prepared, "holdout")


def versioned(account: Counting, prepared: Prepared, known: Splits = UNKNOWN) -> Splits:
    """What the registry knows once a version was made of these objects."""
    return Splits.from_document(json.loads(json.dumps(known.and_of(recorded(prepared, account)).to_document())))


ONE_FILE = {"all.csv": of_days(1, 2, 3, 4, 5)}


@pytest.mark.parametrize(
    ("recipe", "files"),
    [(BY_NIGHTS, nights(1, 2, 3, 4, 5)), (BY_DAYS, nights(1, 2, 3, 4, 5)), (BY_DAYS, ONE_FILE)],
    ids=["nights", "days", "days of one file"],
)
def test_newest_rows_are_the_holdout(recipe: Recipe, files: Mapping[str, bytes]) -> None:
    account = Counting()

    found = prepare(account, files, recipe)

    assert sides(account, found) == ([1, 2, 3], [4, 5])
    assert told(found, recipe) == "; 40.0 % of the rows are held out: those after 2026-11-03"
    column = recipe.split.column
    assert found.profile["time"] == {"column": column, "trained_until": day(3), "wanted_until": day(3)}


def test_nights_are_those_that_came_and_days_those_of_the_calendar() -> None:
    account, files = Counting(), nights(1, 2, 10, 12)

    assert sides(account, prepare(account, files, BY_NIGHTS)) == ([1, 2], [10, 12])
    assert sides(account, prepare(account, files, BY_DAYS)) == ([1, 2, 10], [12])


@pytest.mark.parametrize(("ratio", "held_out"), [(0.2, [5]), (0.21, [4, 5]), (0.4, [4, 5]), (0.5, [3, 4, 5])])
def test_without_a_number_the_holdout_ratio_says_how_many_rounded_up(ratio: float, held_out: list[int]) -> None:
    account = Counting()
    for split in (Split(ratio, by="time"), Split(ratio, by="time", column="opened")):
        recipe = data.numeric_recipe(split=split)

        assert sides(account, prepare(account, nights(1, 2, 3, 4, 5), recipe))[1] == held_out


@pytest.mark.parametrize("recipe", [BY_NIGHTS, BY_DAYS], ids=["nights", "days"])
def test_next_night_the_oldest_of_the_holdout_trains(recipe: Recipe) -> None:
    account = Counting()
    known = versioned(account, prepare(account, nights(1, 2, 3, 4), recipe))

    assert sides(account, prepare(account, nights(1, 2, 3, 4, 5), recipe, known=known)) == ([1, 2, 3], [4, 5])


@pytest.mark.parametrize("recipe", [BY_NIGHTS, BY_DAYS], ids=["nights", "days"])
def test_no_row_is_held_out_that_a_version_was_trained_on_when_the_newest_files_go(recipe: Recipe) -> None:
    """The last two of the nights that are left are 2 and 3, and the version was trained on 1, 2 and 3."""
    account = Counting()
    known = versioned(account, prepare(account, nights(1, 2, 3, 4, 5), recipe))

    with pytest.raises(
        TooFewRows, match=r"holdout has no row .*none that a version was trained on: .* newer ones to"
    ):
        prepare(account, nights(1, 2, 3), recipe, known=known)
    left = prepare(account, nights(1, 2, 3, 4), recipe, known=known)

    assert sides(account, left) == ([1, 2, 3], [4])
    assert told(left, recipe) == (
        "; 25.0 % of the rows are held out: those after 2026-11-03; the recipe would hold out more, but a version was"
        " trained on rows up to 2026-11-03"
    )


def test_longer_holdout_grows_with_the_nights_that_come() -> None:
    account = Counting()
    known = versioned(account, prepare(account, nights(1, 2, 3, 4, 5), BY_NIGHTS))
    longer = data.numeric_recipe(split=Split(by="time", nights=4))

    for last, held_out in ((5, [4, 5]), (6, [4, 5, 6]), (7, [4, 5, 6, 7]), (8, [5, 6, 7, 8])):
        found = prepare(account, nights(*range(1, last + 1)), longer, known=known)
        assert days_of(account, found, "holdout") == held_out
        known = versioned(account, found, known)


def test_files_that_were_drawn_row_by_row_stay_so_and_need_no_date() -> None:
    account = Counting()
    old = {"old.csv": of_days(1, 2, 3)}
    before = prepare(account, old, data.numeric_recipe())
    known = versioned(account, before)
    held_out = rows_of(account, before, "holdout")

    found = prepare(account, {**old, **nights(4, 5, 6)}, BY_NIGHTS, known=known)

    assert [draw.rule for draw in found.draws.values()] == [NIGHTLY] * 3 + [DRAWN]
    newer = {float(100 * each + row) for each in (5, 6) for row in range(10)}
    assert rows_of(account, found, "holdout") == held_out | newer
    assert told(found, BY_NIGHTS).endswith("; 1 object keeps the rule that it was first split by")


@pytest.mark.parametrize(("recipe", "rule"), [(BY_NIGHTS, NIGHTLY), (BY_DAYS, DATED)], ids=["nights", "days"])
def test_files_that_were_split_by_time_stay_so_when_the_recipe_forgets_it(recipe: Recipe, rule: int) -> None:
    account = Counting()
    before = prepare(account, nights(1, 2, 3, 4), recipe)
    known = versioned(account, before)

    found = prepare(account, nights(1, 2, 3, 4, 5), data.numeric_recipe(), known=known)

    assert [draw.rule for draw in found.draws.values()] == [rule] * 4 + [DRAWN]
    assert rows_of(account, before, "train") <= rows_of(account, found, "train")
    assert rows_of(account, before, "holdout") <= rows_of(account, found, "holdout")
    again = prepare(account, nights(1, 2, 3, 4, 5), recipe, known=versioned(account, found, known))
    assert not rows_of(account, found, "train") & rows_of(account, again, "holdout")


def test_old_night_under_a_newer_name_is_of_the_night_that_it_was() -> None:
    account = Counting()
    known = versioned(account, prepare(account, nights(1, 2, 3, 4), BY_NIGHTS))
    renamed = {**nights(2, 3, 4), f"flows-{day(9)}.csv": nights(1)[f"flows-{day(1)}.csv"]}

    found = prepare(account, renamed, BY_NIGHTS, known=known)

    assert sides(account, found) == ([1, 2], [3, 4])


def test_content_that_came_on_two_nights_is_of_the_first_one() -> None:
    """A source that had nothing new sends the file of the night before once more."""
    account = Counting()
    again = {f"flows-{day(4)}.csv": of_days(3)}

    first = prepare(account, {**nights(1, 2, 3), **again}, data.numeric_recipe(split=Split(by="time", nights=1)))
    known = versioned(account, first)
    later = prepare(account, {**nights(1, 2, 3, 5), **again}, BY_NIGHTS, known=known)

    assert sides(account, first) == ([1, 2], [3])
    assert sides(account, later) == ([1, 2], [3, 5])


@pytest.mark.parametrize("split", [Split(0.4), Split(by="time", nights=1)], ids=["row by row", "nights"])
def test_content_that_replaces_a_known_file_and_comes_under_a_new_name_too_is_drawn_once(split: Split) -> None:
    """Of the newest night there is always a copy under a name of its own."""
    account, recipe = Counting(), data.numeric_recipe(split=split)
    latest = f"copy-{day(2)}.csv"
    before = prepare(account, {**nights(1), latest: of_days(2)}, recipe)

    found = prepare(account, {**nights(1, 3), latest: of_days(3)}, recipe, known=versioned(account, before))

    assert not rows_of(account, found, "train") & rows_of(account, found, "holdout")


@pytest.mark.parametrize(("column", "days"), [(None, [1, 2, 3, 4]), ("opened", [4])], ids=["nights", "days"])
def test_new_rows_of_a_file_of_all_days_are_those_that_no_version_was_trained_on(
    column: str | None, days: list[int]
) -> None:
    """Each file holds all rows since the beginning: of tonight's, last night's version was trained on most."""
    account = Counting()
    name, recipe = f"flows-{day(4)}.csv", data.numeric_recipe(split=Split(0.1, by="time", column=column))

    found = prepare(account, {**nights(1), name: of_days(1, 2, 3, 4)}, recipe).new_rows_of(name)

    assert found is not None
    assert sorted({int(size // 100) for size in found.numeric[:, 0]}) == days


def test_file_that_takes_the_name_of_one_that_was_split_otherwise_stays_as_it_was_split() -> None:
    """The name was of a file that was drawn row by row, and the content is one that was split by its days."""
    account = Counting()
    days = of_days(1, 2, 3, 4)
    known = versioned(account, prepare(account, {"a.csv": of_days(7, 8)}, data.numeric_recipe()))
    known = versioned(account, prepare(account, {"b.csv": days, **nights(9)}, BY_DAYS, known=known), known)

    dressed = {"a.csv": days.replace(b"\n", b"\r\n"), **nights(9)}
    found = prepare(account, dressed, BY_DAYS, known=known)

    assert found.draws["a.csv"].rule == DATED
    assert sides(account, found) == ([1, 2, 3, 4], [9])


@pytest.mark.parametrize("name", ["night-1.csv", "2026-11-01_2026-11-02.csv"])
def test_file_without_its_night_is_refused_before_anything_is_read(name: str) -> None:
    account = Counting()

    with pytest.raises(
        NameUndated, match=r"in its name, and the recipe asks for the night that a file is of: name it"
    ):
        prepare(account, {**nights(1, 2, 3), name: of_days(4)}, BY_NIGHTS)
    with pytest.raises(NameUndated):
        prepare(account, {**nights(1, 2, 3), name: of_days(4)}, LAST_NIGHTS)

    assert account.files() == []


def test_window_of_nights_reads_no_other_file() -> None:
    account = Counting()

    found = prepare(account, nights(1, 2, 5, 6, 9), LAST_NIGHTS)

    assert account.files() == list(nights(5, 6, 9))
    assert sorted({*sides(account, found)[0], *sides(account, found)[1]}) == [5, 6, 9]
    assert list(found.draws) == list(nights(5, 6, 9))


def test_window_of_days_leaves_out_older_rows_and_reads_an_old_file_for_its_dates_once() -> None:
    account = Counting()
    files = {"old.csv": of_days(1, 2), "across.csv": of_days(3, 4, 5), "new.csv": of_days(6)}

    found = prepare(account, files, LAST_DAYS)

    assert account.files().count("old.csv") == 1
    assert sorted({*sides(account, found)[0], *sides(account, found)[1]}) == [4, 5, 6]
    assert list(found.draws) == ["across.csv", "new.csv"]
    assert found.profile["window"] == {"since": day(4)}
    assert told(found, LAST_DAYS) == "; rows before 2026-11-04 are left out"
    prepare(account, files, LAST_DAYS)
    assert account.files() == []


def test_window_moves_no_row_to_the_other_side() -> None:
    account = Counting()
    files = {"a.csv": of_days(1, 2, 3, 4)}
    whole = prepare(account, files, data.numeric_recipe())

    found = prepare(account, {**files, "b.csv": of_days(5)}, LAST_DAYS)

    for side, other in (("train", "holdout"), ("holdout", "train")):
        assert rows_of(account, found, side) - {500.0 + row for row in range(10)} <= rows_of(account, whole, side)
        assert not rows_of(account, found, side) & rows_of(account, whole, other)


def test_window_and_holdout_by_the_same_column_share_its_days() -> None:
    account = Counting()
    recipe = data.numeric_recipe(window=Window(days=5, column="opened"), split=Split(0.4, by="time", column="opened"))

    found = prepare(account, nights(*range(1, 11)), recipe)

    assert sides(account, found) == ([6, 7, 8], [9, 10])


def test_window_of_another_column_is_another_part() -> None:
    account = Counting()
    lines = of_days(1, 2, 3, 4, 5).decode().split()
    closed_at = ["closed", *(day(6 - int(line.partition(",")[0]) // 100) for line in lines[1:])]
    body = "".join(f"{line},{closed}\n" for line, closed in zip(lines, closed_at, strict=True))
    files = {"a.csv": body.encode()}
    closed = data.numeric_recipe(window=Window(days=3, column="closed"))

    for recipe, left in ((LAST_DAYS, [3, 4, 5]), (closed, [1, 2, 3]), (LAST_DAYS, [3, 4, 5])):
        found = prepare(account, files, recipe)
        assert sorted({*sides(account, found)[0], *sides(account, found)[1]}) == left


@pytest.mark.parametrize(
    "recipe",
    [
        BY_NIGHTS,
        BY_DAYS,
        LAST_NIGHTS,
        LAST_DAYS,
        replace(BY_DAYS, window=Window(days=4, column="opened")),
        replace(BY_NIGHTS, window=Window(nights=4)),
    ],
    ids=["by nights", "by days", "last nights", "last days", "days of days", "nights of nights"],
)
def test_night_after_night_hands_on_what_one_run_over_all_files_would_and_reads_few(recipe: Recipe) -> None:
    account, other = Counting(), Counting()
    known = UNKNOWN
    for last in range(4, 9):
        files = nights(*range(1, last + 1))
        found = prepare(account, files, recipe, known=known)
        read = account.files()
        at_once = prepare(other, files, recipe, known=known)

        assert handed_on(found) == handed_on(at_once)
        assert bodies(account, found) == bodies(other, at_once)
        if last > 4:  # the new one, for its dates and then whole, and the one that trains from now on
            assert len(read) <= 3
        known = versioned(account, found, known)
        for key in [each.key for each in other.outside.store.list("parts/")]:
            other.outside.store.delete(key)


def test_date_that_is_none_is_named_and_what_was_read_before_it_is_kept() -> None:
    account = Counting()
    files = {"a.csv": of_days(1), "b.csv": of_days(2).replace(b"2026-11-02", b"02.11.2026", 1)}

    with pytest.raises(
        ValueUnparsable, match=r"1 cell of column opened in b.csv is no date .*row 1 \(line 2\) '02.11"
    ):
        prepare(account, files, BY_DAYS)
    assert sorted(set(account.files())) == ["a.csv", "b.csv"]
    with pytest.raises(ValueUnparsable):
        prepare(account, files, BY_DAYS)

    assert account.files() == ["b.csv"]


def test_damaged_or_older_record_of_dates_is_read_anew(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")
    account = Counting()
    objects = put(account, nights(1, 2))
    found = extents(account.edges, objects, column="opened", model=MODEL)

    for body in (b"{", json.dumps({"reader": "0" * 64, "columns": {"opened": {}}}).encode()):
        account.outside.store.put(layout.kept_dates(MODEL), body)
        account.forget()
        assert extents(account.edges, objects, column="opened", model=MODEL) == found
        assert len(account.files()) == 2
    assert caplog.text.count("document_damaged") == 1


def test_object_without_rows_and_one_that_was_replaced_are_named() -> None:
    account = Counting()

    with pytest.raises(ObjectEmpty, match=r"a.csv holds a header and no row"):
        extents(account.edges, put(account, {"a.csv": b"opened,label\n"}), column="opened", model=MODEL)
    with pytest.raises(ObjectUnreadable, match=r"every row of a.csv is too short or too long"):
        extents(account.edges, put(account, {"a.csv": b"label,opened\na\n"}), column="opened", model=MODEL)
    objects = put(account, nights(1))
    account.outside.store.put(objects[0].key, b"another")
    with pytest.raises(ObjectUnreadable, match="was removed or replaced before it was read"):
        extents(account.edges, objects, column="opened", model=MODEL)


KINDS: list[dict[str, Any]] = [
    {"split": Split(by="time", nights=2)},
    {"split": Split(by="time", nights=5)},
    {"split": Split(0.3, by="time")},
    {"split": Split(by="time", days=3, column="opened")},
    {"split": Split(0.3, by="time", column="opened")},
    {"split": Split(by="time", nights=2), "window": Window(nights=6)},
    {"split": Split(by="time", days=2, column="opened"), "window": Window(days=6, column="opened")},
    {"window": Window(days=5, column="opened")},
    {},
    {"split": Split(group="age")},
]


@dataclass
class Life:
    """Of a model: nights come, files go, come back renamed and are corrected, recipes change, versions are made."""

    draw: random.Random
    account: Counting = field(default_factory=Counting)
    files: dict[str, bytes] = field(default_factory=dict)
    gone: list[bytes] = field(default_factory=list)
    known: Splits = UNKNOWN
    trained: set[float] = field(default_factory=set)
    night: int = 0
    rows: int = 0
    versions: int = 0
    recipe: Recipe = field(default_factory=data.numeric_recipe)

    def change_recipe(self) -> None:
        self.recipe = data.numeric_recipe(**self.draw.choice(KINDS))

    def add_night(self) -> None:
        self.night += 1
        self.put(self.night, self.text([self.night, max(1, self.night - self.draw.randrange(3))]))

    def add_late_night(self) -> None:
        self.put(self.draw.randint(1, self.night), self.text([self.draw.randint(1, self.night)]))

    def correct(self) -> None:
        name, body = self.draw.choice(sorted(self.files.items()))
        self.files[name] = self.text([int(line.split(b",")[2][-2:]) for line in body.splitlines()[1::6]])

    def remove(self) -> None:
        name = self.draw.choice(sorted(self.files))
        self.gone.append(self.files.pop(name))

    def bring_back(self) -> None:
        if self.gone:
            self.put(self.draw.randint(1, self.night), self.gone.pop(self.draw.randrange(len(self.gone))))

    def put(self, night: int, body: bytes) -> None:
        name = f"flows-{day(night)}.csv"
        if name in self.files:
            self.gone.append(self.files[name])
        self.files[name] = body

    def text(self, days: list[int]) -> bytes:
        lines = []
        for each in days:
            for _ in range(6):
                self.rows += 1
                lines.append(f"{self.rows},{self.rows % 5},{day(each)},{('ok.', 'spam.')[self.rows % 2]}")
        return "\n".join(["size,age,opened,label", *lines, ""]).encode()

    def make_version(self) -> None:
        try:
            found = prepare(self.account, self.files, self.recipe, known=self.known)
        except (TooFewRows, SingleClass):
            return
        train, holdout = (rows_of(self.account, found, side) for side in ("train", "holdout"))
        assert not (self.trained | train) & holdout
        if self.draw.random() < 0.7:
            self.known = versioned(self.account, found, self.known)
            self.trained |= train
            self.versions += 1


@pytest.mark.parametrize("seed", range(40))
def test_no_version_is_judged_on_rows_that_one_before_it_was_trained_on(seed: int) -> None:
    life = Life(random.Random(seed))
    life.change_recipe()
    for _ in range(4):
        life.add_night()
    for _ in range(14):
        life.draw.choice([life.change_recipe, life.add_late_night, life.correct, life.remove, life.bring_back])()
        life.add_night()
        life.make_version()

    assert life.versions > 2


@pytest.mark.parametrize("recipe", [BY_NIGHTS, BY_DAYS], ids=["by nights", "by days"])
def test_bad_rows_that_a_recipe_tolerates_move_no_other(recipe: Recipe) -> None:
    """A row that is too short has no date either."""
    account, whole = Counting(), Counting()
    tolerant = replace(recipe, tolerate=Tolerate(rows=0.5))
    name = f"flows-{day(4)}.csv"
    files = nights(1, 2, 3, 4)
    broken = {**files, name: files[name].replace(b"401,1,2026-11-04,spam.\n", b"401,1\n")}

    good, found = prepare(whole, files, tolerant), prepare(account, broken, tolerant)

    assert "left_out" in found.profile
    for side in ("train", "holdout"):
        assert rows_of(account, found, side) == rows_of(whole, good, side) - {401.0}


@pytest.mark.parametrize("bad", ["", "  ", "04.11.2026", "9999-12-31", "2026-11-31"])
@pytest.mark.parametrize("changes", [{}, {"split": Split()}, {"window": None}], ids=["both", "window", "split"])
def test_bad_cell_of_the_dates_is_one_bad_row(changes: dict[str, Any], bad: str) -> None:
    account, whole = Counting(), Counting()
    recipe = data.numeric_recipe(
        split=Split(by="time", days=2, column="opened"),
        window=Window(days=3, column="opened"),
        tolerate=Tolerate(rows=0.1),
    )
    recipe, files = replace(recipe, **changes), nights(1, 2, 3, 4)
    name = f"flows-{day(4)}.csv"
    broken = {**files, name: files[name].replace(b"401,1,2026-11-04,", f"401,1,{bad},".encode())}

    good, found = prepare(whole, files, recipe), prepare(account, broken, recipe)

    for side in ("train", "holdout") if recipe.split.by else ():  # a draw is by the whole text
        assert rows_of(account, found, side) == rows_of(whole, good, side) - {401.0}
    assert all_rows_of(account, found) == all_rows_of(whole, good) - {401.0}
    facts = found.profile["left_out"][name]
    assert (facts["rows"], facts["first_rows"]) == (1, [2])
    assert [each["column"] for each in facts["reasons"]] == ["opened"]
    strict = replace(recipe, tolerate=Tolerate())
    with pytest.raises(DataError, match=rf"1 cell of column opened in {name} is .*: row 2 \(line 3\) '{bad}'"):
        prepare(Counting(), broken, strict)


@pytest.mark.parametrize("recipe", [BY_DAYS, LAST_DAYS], ids=["split", "window"])
@pytest.mark.parametrize(
    "body", [b"opened,label\n", of_days(5).replace(b"opened", b"closed"), of_days(5).replace(b"-11-", b"/11/")]
)
def test_file_without_dates_is_one_bad_file(recipe: Recipe, body: bytes) -> None:
    account, whole = Counting(), Counting()
    tolerant = replace(recipe, tolerate=Tolerate(files=1))

    found = prepare(account, {**nights(1, 2, 3, 4), "b.csv": body}, tolerant)

    assert set(found.bad) == {"b.csv"}
    assert sides(account, found) == sides(whole, prepare(whole, nights(1, 2, 3, 4), tolerant))


def test_files_without_dates_alone_fail_the_run_with_the_first_ones_error() -> None:
    files = {"a.csv": of_days(1), "b.csv": of_days(2).replace(b"-11-", b"/11/")}
    known = versioned(account := Counting(), prepare(account, {"a.csv": of_days(1, 2)}, data.numeric_recipe()))

    with pytest.raises(ValueUnparsable, match=r"column opened in b\.csv"):
        prepare(account, {"a.csv": of_days(1, 2), "b.csv": files["b.csv"]}, BY_DAYS, known=known)


def test_file_whose_rows_in_the_window_are_all_bad_is_named() -> None:
    tolerant = replace(LAST_DAYS, tolerate=Tolerate(rows=0.9))
    body = of_days(1, 5).replace(b",2026-11-05,ok.", b",2026-11-05,?").replace(b",2026-11-05,spam.", b",2026-11-05,?")

    with pytest.raises(ObjectEmpty, match=r"a.csv has no good row in the recipe's window. Correct the file"):
        prepare(Counting(), {"a.csv": body, "b.csv": of_days(4)}, tolerant)


@pytest.mark.parametrize("recipe", [LAST_NIGHTS, LAST_DAYS], ids=["nights", "days"])
def test_file_outside_the_window_is_of_no_run_and_changes_no_fingerprint(recipe: Recipe) -> None:
    account = Counting()

    def taken(run: str, files: Mapping[str, bytes]) -> tuple[list[str], str]:
        put(account, files)
        found = within(account.edges, recipe, dataset.take(account.edges, run=run, model=MODEL))
        return [each.name(model=MODEL) for each in found], dataset.fingerprint(
            found, recipe_sha256="recipe", settings=SETTINGS
        )

    before = taken("run-1", nights(3, 4, 5, 6))

    assert before[0] == list(nights(4, 5, 6))
    assert taken("run-2", nights(1, 2, 3, 4, 5, 6)) == before
    assert taken("run-3", nights(4, 5, 6, 7))[0] == list(nights(5, 6, 7))


@pytest.mark.parametrize("days", [2, 4, 6])
def test_file_of_all_rows_after_files_that_were_drawn_row_by_row_holds_out_none_of_theirs(days: int) -> None:
    account, recipe = Counting(), data.numeric_recipe(split=Split(by="time", days=days, column="opened"))
    old = {"all-1.csv": of_days(1, 2, 3)}
    before = prepare(account, old, data.numeric_recipe())
    known = versioned(account, before)

    found = prepare(account, {**old, "all-2.csv": of_days(1, 2, 3, 4, 5)}, recipe, known=known)
    later = prepare(account, {"all-3.csv": of_days(*range(1, 7))}, recipe, known=versioned(account, found, known))

    assert sides(account, found) == ([1, 2, 3], [4, 5])
    assert not rows_of(account, before, "train") & rows_of(account, later, "holdout")
    assert sides(account, later) == (([1, 2, 3, 4], [5, 6]) if days == 2 else ([1, 2, 3], [4, 5, 6]))


def test_older_file_that_meets_the_new_one_through_another_trains_whole_too() -> None:
    account = Counting()
    old = {"a.csv": of_days(1, 2), "b.csv": of_days(2, 3), "c.csv": of_days(0)}
    known = versioned(account, prepare(account, old, data.numeric_recipe()))

    found = prepare(account, {**old, "d.csv": of_days(3, 4, 5)}, BY_DAYS, known=known)

    assert [draw.rule for draw in found.draws.values()] == [DATED, DATED, DRAWN, DATED]
    assert days_of(account, found, "holdout") == [0, 4, 5]


def test_file_that_was_drawn_row_by_row_stays_so_where_all_others_are_newer() -> None:
    account, old = Counting(), {"old.csv": of_days(1, 2, 3)}
    before = prepare(account, old, data.numeric_recipe())

    found = prepare(account, {**old, **nights(4, 5)}, BY_DAYS, known=versioned(account, before))

    assert found.draws["old.csv"].rule == DRAWN
    assert rows_of(account, before, "train") <= rows_of(account, found, "train")


@pytest.mark.parametrize(("made_on", "held_out"), [(day(3), [5]), (day(2), [4, 5])])
def test_rows_of_a_file_that_is_gone_count_up_to_the_day_after_the_newest_version(
    made_on: str, held_out: list[int]
) -> None:
    account, recipe = Counting(), data.numeric_recipe(split=Split(by="time", days=4, column="opened"))
    before = versioned(account, prepare(account, {"all-1.csv": of_days(1, 2, 3)}, data.numeric_recipe()))

    found = prepare(account, {"a.csv": of_days(1, 2, 3, 4, 5)}, recipe, known=replace(before, made_on=made_on))
    known = replace(versioned(account, found, before), made_on=day(9))
    later = prepare(account, {"a.csv": of_days(1, 2, 3, 4, 5, 6)}, recipe, known=known)

    assert days_of(account, found, "holdout") == held_out
    assert days_of(account, later, "holdout") == [*held_out, 6]


@pytest.mark.parametrize("days", [2, 9])
def test_rows_of_an_older_file_between_others_are_known_when_it_goes_after_the_first_version_by_dates(
    days: int,
) -> None:
    account, recipe = Counting(), data.numeric_recipe(split=Split(by="time", days=days, column="opened"))
    old = {"old.csv": of_days(6)}
    by_rows = prepare(account, old, data.numeric_recipe())
    known = versioned(account, by_rows)
    new = {f"new-{each}.csv": of_days(each) for each in (1, 2, 3, 4, 5, 9, 10)}
    known = versioned(account, prepare(account, {**old, **new}, recipe, known=known), known)
    known = versioned(account, prepare(account, {**new, "c.csv": of_days(11, 12)}, recipe, known=known), known)

    later = prepare(account, {**new, "all.csv": of_days(5, 6, 7, 12, 13)}, recipe, known=known)

    assert not rows_of(account, by_rows, "train") & rows_of(account, later, "holdout")


def test_rows_of_a_file_that_is_gone_are_known_on_later_nights_too() -> None:
    account, recipe = Counting(), data.numeric_recipe(split=Split(by="time", days=9, column="opened"))
    by_rows = prepare(account, {"old.csv": of_days(1, 2, 3)}, data.numeric_recipe())
    before = replace(versioned(account, by_rows), made_on=day(3))
    new = {"a.csv": of_days(1, 2), "b.csv": of_days(5, 6)}
    known = versioned(account, prepare(account, new, recipe, known=before), before)

    later = prepare(account, {**new, "all.csv": of_days(3, 4, 6, 7)}, recipe, known=known)

    assert not rows_of(account, by_rows, "train") & rows_of(account, later, "holdout")


def test_old_file_without_the_dates_that_new_ones_are_split_by_is_refused() -> None:
    account, old = Counting(), {"old.csv": of_days(1, 2).replace(b"opened", b"closed")}
    known = versioned(account, prepare(account, old, data.numeric_recipe()))

    with pytest.raises(ColumnMissing, match=r"old\.csv .*opened"):
        prepare(account, {**old, **nights(3, 4, 5)}, BY_DAYS, known=known)


def test_date_that_stands_for_none_is_refused_and_the_corrected_file_is_split() -> None:
    account = Counting()
    body = of_days(1, 2, 3, 4)

    with pytest.raises(
        ValueOutOfRange, match=r"column opened in a\.csv .*later than .*, too far ahead: .*row 31 .*'9999-12-31'"
    ):
        prepare(account, {"a.csv": body.replace(day(4).encode(), b"9999-12-31")}, BY_DAYS)

    assert sides(account, prepare(account, {"a.csv": body}, BY_DAYS)) == ([1, 2], [3, 4])


@pytest.mark.parametrize("ahead", [0, 1])
def test_dates_are_a_day_ahead_at_most(ahead: int) -> None:
    account = Counting()
    far = (account.edges.clock().date() + timedelta(days=1 + ahead)).isoformat()
    objects = put(account, {"a.csv": f"opened,label\n{day(1)},a\n{far},a\n".encode()})

    last = day(1) if ahead else far
    assert extents(account.edges, objects, column="opened", model=MODEL) == {"a.csv": (day(1), last)}


@pytest.mark.parametrize("first", [day(3), day(4)])
def test_text_that_came_on_two_nights_plain_and_compressed_is_of_the_first_one(first: str) -> None:
    account, recipe = Counting(), data.numeric_recipe(split=Split(by="time", nights=1))
    second = day(7) if first == day(3) else day(3)
    files = {**nights(1, 2), f"flows-{first}.csv": of_days(3), f"flows-{second}.csv.gz": data.zipped(of_days(3))}

    found = prepare(account, files, recipe)

    assert sides(account, found) == ([1, 2], [3])
    assert {draw.night for draw in found.draws.values()} == {day(1), day(2), day(3)}
    assert sides(account, prepare(account, files, recipe)) == ([1, 2], [3])
    assert account.files() == []
    known = versioned(account, found)
    assert sides(account, prepare(account, {**files, **nights(8)}, recipe, known=known)) == ([1, 2, 3], [8])


def test_dates_of_files_that_are_gone_are_forgotten() -> None:
    account = Counting()
    extents(account.edges, put(account, nights(1, 2)), column="opened", model=MODEL)

    objects = put(account, nights(2, 3))
    extents(account.edges, objects, column="opened", model=MODEL)

    dates = find_dates(account.edges, model=MODEL)
    assert dates is not None
    assert set(dates.spans("opened")) == {each.etag for each in objects}
