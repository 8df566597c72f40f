"""What former runs kept is used again, and makes no difference but that fewer objects are read."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import md5
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Stored
from chalicelib.errors import ClassSharesShifted, DataError, LabelUnknown, ObjectUnreadable, ValueMissing
from chalicelib.limits import PART_DAYS
from chalicelib.runs.dataset import Object
from lambdas import kept, packing, packs
from lambdas.horizon import NO_HORIZON
from lambdas.model.arrays import Content
from lambdas.model.data.part import Part, merged
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe, Tolerate, at_least
from lambdas.packs import ANCHOR_OBJECTS, PACK_OBJECTS
from lambdas.parts import Prepared, files_of
from lambdas.splits import Splits
from tests.fakes.edges import FakeOutside
from tests.given import data

RECIPE = data.recipe()
MODEL = RECIPE.model
UNKNOWN = Splits({})


def text(seed: int, *, rows: int = 20) -> bytes:
    return data.csv(RECIPE, rows=rows, seed=seed)


@dataclass
class Counting:
    """The edges of an account that count what is read and written."""

    outside: FakeOutside = field(default_factory=FakeOutside)
    read: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def edges(self) -> Edges:
        return replace(self.outside.edges, store=_Store(self.outside.store, self))

    def files(self, *names: str) -> list[str]:
        """Which of them were read."""
        return [each.rpartition("/")[2] for each in self.read if each.startswith(layout.DATASETS)]

    def forget(self) -> None:
        self.read.clear()
        self.written.clear()


class _Store:
    def __init__(self, store: Any, counts: Any) -> None:
        self._store, self._counts = store, counts

    def find(self, key: str) -> Stored | None:
        self._counts.read.append(key)
        found: Stored | None = self._store.find(key)
        return found

    def put(self, key: str, body: bytes) -> None:
        self._counts.written.append(key)
        self._store.put(key, body)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def put(account: Counting, files: Mapping[str, bytes]) -> list[Object]:
    """These are the data set from now on."""
    for listed in account.outside.store.list(layout.dataset(MODEL)):
        account.outside.store.delete(listed.key)
    for name, body in files.items():
        account.outside.store.put(layout.dataset(MODEL, name), body)
    return [
        Object(key=each.key, etag=each.etag, size_bytes=each.size_bytes)
        for each in account.outside.store.list(layout.dataset(MODEL))
    ]


def prepare(
    account: Counting, files: Mapping[str, bytes], *, known: Splits = UNKNOWN, recipe: Recipe = RECIPE
) -> Prepared:
    objects = put(account, files)
    account.forget()
    return packs.from_objects(account.edges, MODEL, objects, known, memory_mb=1_769, load=lambda _: recipe)


def told(prepared: Prepared) -> tuple[Any, ...]:
    """All that the next tasks see: keys of parts are digests of their bytes."""
    return prepared.train, prepared.holdout, prepared.profile, prepared.draws, prepared.digests


def nights(number: int) -> dict[str, bytes]:
    return {f"night-{place:05}.csv": text(place) for place in range(number)}


def recorded(prepared: Prepared, account: Counting) -> Splits:
    """The splits of a version that was made of these objects."""
    tags = {each.key.rpartition("/")[2]: each.etag for each in account.outside.store.list(layout.dataset(MODEL))}
    return Splits(
        {(name, tags[name]): draw for name, draw in prepared.draws.items()},
        {(name, tags[name]): digest for name, digest in prepared.digests.items()},
    )


def test_second_run_reads_no_object_and_hands_on_the_same() -> None:
    account = Counting()

    first = prepare(account, nights(5))
    second = prepare(account, nights(5))

    assert told(first) == told(second)
    assert (account.files(), [each for each in account.written if each.endswith(".zip")]) == ([], [])


def test_rows_are_those_of_the_objects_each_on_one_side() -> None:
    account, files = Counting(), nights(3)

    found = prepare(account, files)

    sides = [Part.from_files(files_of(account.edges, each)) for each in (*found.train, *found.holdout)]
    whole = sorted(merged(sides).numeric[:, 0].tolist())
    assert whole == sorted(
        number for seed in range(3) for number in data.table(RECIPE, rows=20, seed=seed).numeric[:, 0]
    )


@pytest.mark.parametrize("night", [2, 100, 365])
def test_every_night_reads_its_new_object_alone_and_writes_a_bounded_number_of_packs(night: int) -> None:
    account, files = Counting(), nights(night)
    before = prepare(account, {name: body for name, body in files.items() if name != f"night-{night - 1:05}.csv"})

    prepare(account, files, known=recorded(before, account))

    assert account.files() == [f"night-{night - 1:05}.csv"]
    assert len([each for each in account.written if each.endswith(".zip")]) <= 4
    assert len([each for each in account.read if each.startswith(layout.PARTS)]) <= 9


@settings(max_examples=15, deadline=None)
@given(histories=st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=12, unique=True), min_size=1, max_size=4))
def test_what_was_kept_before_makes_no_difference(histories: list[list[int]]) -> None:
    """Files come and go in any order; packs of few objects, so that there are many."""
    warm = Counting()
    for seeds in histories:
        found = prepare(warm, {f"{seed:02}.csv": text(seed) for seed in seeds})
    cold = Counting()

    again = prepare(cold, {f"{seed:02}.csv": text(seed) for seed in histories[-1]})

    assert told(found) == told(again)
    assert bodies(warm, found) == bodies(cold, again)


def bodies(account: Counting, prepared: Prepared) -> list[dict[str, Content]]:
    return [files_of(account.edges, each) for each in (*prepared.train, *prepared.holdout)]


def test_rows_are_packed_once_no_file_can_come_to_them_and_are_the_bytes_of_a_first_night() -> None:
    account = Counting()
    number = next(each for each in count(ANCHOR_OBJECTS) if md5(text(each - 1)).hexdigest().startswith("0"))
    files = nights(number)
    last, body = files.popitem()

    still_open = prepare(account, files)
    ended = prepare(account, {**files, last: body})

    for found, is_smaller in ((still_open, False), (ended, True)):
        assert [each.bytes < each.disk_bytes for each in found.train] == [is_smaller]
    assert account.files() == [last]
    assert told(ended) == told(prepare(Counting(), {**files, last: body}))
    assert told(prepare(account, files)) == told(still_open)


def test_file_that_is_taken_out_is_in_no_part_and_the_others_are_not_read() -> None:
    account, files = Counting(), nights(200)
    prepare(account, files)
    gone = files.pop("night-00003.csv")

    found = prepare(account, files)

    assert account.files() == []
    lost = data.table(RECIPE, rows=20, seed=3).numeric[:, 0].tolist()
    for part in (Part.from_files(files_of(account.edges, each)) for each in (*found.train, *found.holdout)):
        assert not set(lost) & set(part.numeric[:, 0].tolist())
    assert told(found) == told(prepare(Counting(), files))
    assert gone == text(3)


def test_corrected_file_is_read_alone() -> None:
    account, files = Counting(), nights(40)
    prepare(account, files)
    files["night-00007.csv"] = text(700)

    found = prepare(account, files)

    assert account.files() == ["night-00007.csv"]
    assert told(found) == told(prepare(Counting(), files))


def test_file_that_comes_back_under_another_name_is_not_read_and_its_profile_has_the_new_name() -> None:
    account = Counting()
    prepare(account, {"a.csv": text(1), "b.csv": text(2)})

    found = prepare(account, {"b.csv": text(2), "c.csv": text(1)})

    assert account.files() == []
    assert list(found.profile["objects"]) == list(found.draws) == ["b.csv", "c.csv"]


def test_groups_end_where_they_ended_before_behind_a_file_that_goes() -> None:
    account, files = Counting(), nights(600)
    prepare(account, files)
    del files["night-00003.csv"]

    prepare(account, files)

    written = [each for each in account.written if each.endswith(".zip")]
    assert len(written) <= 4 * 4  # of about 12 packs


def test_kept_part_with_another_draw_than_the_first_is_not_used() -> None:
    account, files = Counting(), nights(2)
    found = prepare(account, files)
    first = recorded(found, account)
    (identity, draw), other = first.draws.items()
    known = Splits(dict([(identity, replace(draw, seed=draw.seed + 1)), other]), first.texts)

    again = prepare(account, files, known=known)

    assert account.files() == ["night-00000.csv"]
    assert again.draws["night-00000.csv"].seed == draw.seed + 1
    assert told(again) == told(prepare(Counting(), files, known=known))


POLICIES: dict[str, Callable[[], Recipe]] = {
    "a range": lambda: data.recipe(columns=[Numeric("size"), Numeric("age"), Categorical("flag")]),
    "an order": lambda: data.recipe(columns=[Numeric("age"), Numeric("size", minimum=0), Categorical("flag")]),
    "categories": lambda: data.recipe(
        columns=[
            Numeric("size", minimum=0),
            Numeric("age"),
            Categorical("flag", allowed=["S0", "S1", "SF", "01", "NA", "REJ"]),
        ]
    ),
    "classes": lambda: data.recipe(classes={"ok.": "fine", "spam.": "bad", "worm.": "bad"}),
    "the positive class": lambda: data.recipe(
        positive="good", thresholds=[at_least(each, of="good", bound=0.5) for each in ("recall", "precision")]
    ),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_objects_are_read_anew_when_a_policy_changes_that_decides_what_they_become(policy: str) -> None:
    account, recipe = Counting(), POLICIES[policy]()
    prepare(account, nights(2))

    found = prepare(account, nights(2), recipe=recipe)

    assert len(account.files()) == 2
    assert told(found) == told(prepare(Counting(), nights(2), recipe=recipe))


def test_objects_are_not_read_anew_when_a_threshold_or_the_estimator_changes() -> None:
    account = Counting()
    prepare(account, nights(2))

    prepare(
        account,
        nights(2),
        recipe=data.recipe(
            estimator=data.logistic_regression,
            thresholds=[at_least(each, of="bad", bound=0.6) for each in ("recall", "precision")],
        ),
    )

    assert account.files() == []


def damaged(account: Counting, key: str) -> None:
    body = account.outside.store.find(key)
    assert body is not None
    account.outside.store.put(key, body.body[:-1] + b"?")


def truncated(account: Counting, key: str) -> None:
    body = account.outside.store.find(key)
    assert body is not None
    account.outside.store.put(key, body.body[: len(body.body) // 2])


def gone(account: Counting, key: str) -> None:
    account.outside.store.delete(key)


@pytest.mark.parametrize("harm", [damaged, truncated, gone])
@pytest.mark.parametrize("which", [0, 1, 2, 3, 4])
def test_damaged_kept_part_is_told_and_read_anew(
    harm: Callable[[Counting, str], None], which: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")
    account, files = Counting(), nights(3)
    first = prepare(account, files)
    key = [each.key for each in account.outside.store.list(layout.parts(MODEL))][which]

    harm(account, key)
    again = prepare(account, files)

    assert told(again) == told(first)
    assert len(account.files()) == 3
    says = "" if key.endswith(".json") and harm is gone else "damaged"
    assert says in " ".join(record.getMessage() for record in caplog.records)
    assert prepare(account, files) is not None
    assert account.files() == []


def test_part_that_goes_while_it_is_cut_is_told_and_its_objects_are_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")
    account, files = Counting(), nights(3)
    prepare(account, files)
    del files["night-00000.csv"]
    objects = put(account, files)
    found = kept.find(account.edges, model=MODEL)
    account.outside.store.delete(found.packs[0].train[0].key)
    account.forget()
    work = packing.Packing(account.edges, RECIPE, Splits({}), NO_HORIZON, 1_769, found)
    policies = kept.policies(RECIPE)

    pack = work.pack(
        [kept.Named(each, each.name(model=MODEL), kept.object_key(each, policies=policies)) for each in objects],
        is_open=True,
    )

    assert not isinstance(pack, DataError)
    assert account.files() == ["night-00001.csv", "night-00002.csv"]
    assert "kept_parts_damaged" in caplog.text


def test_first_error_in_the_objects_order_is_raised_and_what_was_read_of_other_packs_is_kept() -> None:
    account, files = Counting(), nights(300)
    bad = text(1).replace(b"ok.", b"what.")
    files |= {"night-00002.csv": bad, "night-00299.csv": bad}

    with pytest.raises(LabelUnknown, match=r"night-00002\.csv"):
        prepare(account, files)
    files |= {"night-00002.csv": text(2), "night-00299.csv": text(299)}
    found = prepare(account, files)

    assert 2 <= len(account.files()) <= 2 * PACK_OBJECTS
    assert told(found) == told(prepare(Counting(), files))


def test_error_of_tonight_loses_nothing_that_was_kept() -> None:
    account, files = Counting(), nights(20)
    prepare(account, files)
    with pytest.raises(ObjectUnreadable):
        prepare(account, {**files, "night-00020.csv": b"\0"})

    prepare(account, files)

    assert account.files() == []


@dataclass
class _TimeEnds(Counting):
    """Lambda ends the task when it asks for this file."""

    at: str = ""

    @property
    def edges(self) -> Edges:
        edges = super().edges
        return replace(edges, store=_Ending(edges.store, self))


class _Ending(_Store):
    def find(self, key: str) -> Stored | None:
        if key == layout.dataset(MODEL, self._counts.at):
            raise KeyboardInterrupt
        found: Stored | None = self._store.find(key)
        return found


def test_run_after_one_whose_time_ended_goes_on_from_where_that_one_was() -> None:
    files = nights(700)
    account = _TimeEnds(at="night-00690.csv")
    with pytest.raises(KeyboardInterrupt):
        prepare(account, files)

    account.at = ""
    found = prepare(account, files)

    assert 0 < len(account.files()) < 450
    assert told(found) == told(prepare(Counting(), files))


def test_large_object_has_several_parts_and_its_rows_come_out_whole() -> None:
    written: list[Part] = []

    def write(part: Part) -> Any:
        written.append(part)
        return len(written)

    rows = [Part.of(data.table(RECIPE, rows=n, seed=n), classes=RECIPE.class_names) for n in (0, 7, 25, 0, 3)]
    side = packing.Side(write, part_rows=10)
    for each in rows:
        side.add(each)
    side.end()

    assert [len(each) for each in written] == [10, 10, 10, 5]
    assert merged(written).to_files() == merged(rows).to_files()


def test_side_without_a_row_is_an_empty_part() -> None:
    account = Counting()
    files = {f"{seed}.csv": text(seed, rows=1) for seed in range(30)}

    found = prepare(account, files)

    assert found.profile["rows"] == 30
    rows = [found.new_rows_of(name) for name in files]
    assert [len(each) for each in rows if each is not None] == [1] * 30


def test_rows_of_one_object_are_cut_out_of_its_pack() -> None:
    account, files = Counting(), nights(4)

    found = prepare(account, files)

    for seed, name in enumerate(files):
        rows = found.new_rows_of(name)
        assert rows is not None
        expected = data.table(RECIPE, rows=20, seed=seed)
        assert sorted(rows.numeric[:, 0].tolist()) == sorted(expected.numeric[:, 0].tolist())
        assert np.unique(rows.table().labels).tolist() == np.unique(expected.labels).tolist()


def later(account: Counting, *, days: float) -> None:
    account.outside.clock.sleep(days * 86_400)


def test_part_that_is_used_is_written_again_before_it_goes_by_its_age() -> None:
    account, files = Counting(), nights(3)
    prepare(account, files)
    later(account, days=kept.OLD_DAYS + 1)

    prepare(account, files)
    renewed = [each for each in account.written if each.endswith(".zip")]
    later(account, days=kept.OLD_DAYS - 2)
    prepare(account, files)

    assert (len(renewed), account.files()) == (4, [])
    assert kept.OLD_DAYS < kept.LAST_DAYS < PART_DAYS


def test_part_that_goes_soon_is_not_used() -> None:
    account, files = Counting(), nights(3)
    prepare(account, files)
    later(account, days=kept.LAST_DAYS + 1)

    prepare(account, files)

    assert len(account.files()) == 3


def test_draw_of_a_later_release_is_no_draw_that_is_known() -> None:
    account, files = Counting(), nights(1)
    prepare(account, files)
    document = documents.find(account.outside.store, layout.kept_parts(MODEL))
    document["packs"][0]["objects"][0]["drawn"]["rule"] = 99
    account.outside.store.put(layout.kept_parts(MODEL), documents.encode(document))

    prepare(account, files)

    assert account.files() == ["night-00000.csv"]


def test_rows_of_each_class_are_kept_of_every_object_by_its_entity_tag() -> None:
    account, files = Counting(), nights(2)
    prepared = prepare(account, files)

    objects = [each for pack in kept.find(account.edges, model=MODEL).packs for each in pack.objects]

    assert [each.etag for each in objects] == [
        each.etag for each in account.outside.store.list(layout.dataset(MODEL))
    ]
    of_all = Counter[str]()
    for each in objects:
        assert each.classes is not None
        assert sum(each.classes.values()) == each.train + each.holdout
        assert set(each.classes) == set(RECIPE.class_names)
        of_all.update(each.classes)
    assert of_all == {name: counts["rows"] for name, counts in prepared.profile["classes"].items()}


def spoilt(seed: int, *, rows: int, bad: int) -> bytes:
    """With so many rows without a size."""
    header, *lines = text(seed, rows=rows).decode().splitlines()
    return "\n".join([header, *(f",{line.partition(',')[2]}" for line in lines[:bad]), *lines[bad:], ""]).encode()


def test_bad_rows_that_are_tolerated_are_told_in_the_profile_whether_the_file_is_read_or_kept() -> None:
    account, recipe = Counting(), data.recipe(tolerate=Tolerate(rows=0.05))
    files = {"a.csv": text(1, rows=100), "b.csv": spoilt(2, rows=100, bad=5)}

    first = prepare(account, files, recipe=recipe)
    again = prepare(account, files, recipe=recipe)

    assert account.files() == []
    assert first.profile["rows"] == again.profile["rows"] == 195
    assert [first.profile["left_out"], first.profile["objects"]["b.csv"]["rows"]] == [
        {
            "b.csv": {
                "rows": 5,
                "first_rows": [1, 2, 3, 4, 5],
                "reasons": [{"column": "size", "problem": "empty", "rows": 5}],
                "classes": first.profile["left_out"]["b.csv"]["classes"],
                "class_unknown": 0,
            }
        },
        100,
    ]
    assert told(again) == told(first)


def test_rows_that_were_left_out_are_read_again_when_less_is_tolerated() -> None:
    account, files = Counting(), {"a.csv": spoilt(2, rows=100, bad=5)}
    prepare(account, files, recipe=data.recipe(tolerate=Tolerate(rows=0.05)))

    with pytest.raises(ValueMissing, match="5 of 100 rows are bad, and the recipe tolerates 4 % of a file"):
        prepare(account, files, recipe=data.recipe(tolerate=Tolerate(rows=0.04)))


def test_data_without_bad_rows_says_nothing_of_them() -> None:
    assert "left_out" not in prepare(Counting(), nights(2), recipe=data.recipe(tolerate=Tolerate(rows=0.5))).profile


def test_labels_of_the_other_class_are_told_with_their_rows_the_most_frequent_ones() -> None:
    recipe = data.recipe(classes={"ok.": "good", "spam.": "bad"}, other="bad")
    many = b"size,age,flag,label\n" + b"".join(
        b"1,2,SF,label-%03d\n1,2,SF,worm.\n1,2,SF,ok.\n" % n for n in range(30)
    )
    account, files = Counting(), {"a.csv": many, "b.csv": many}

    found = prepare(account, files, recipe=recipe).profile

    assert found["classes"]["bad"]["rows"] == 120
    assert list(found["other_labels"])[:2] == ["worm.", "label-000"]
    assert list(found["other_labels"].values()) == [60, *([2] * 19)]
    assert prepare(account, files, recipe=recipe).profile["other_labels"] == found["other_labels"]
    assert account.files() == []


def test_without_an_other_class_the_profile_says_nothing_of_labels() -> None:
    assert "other_labels" not in prepare(Counting(), nights(2)).profile


@pytest.mark.parametrize("changes", [{"other": "bad"}, {"other": "strange"}, {"tolerate": Tolerate(rows=0.01)}])
def test_object_is_known_again_only_by_the_same_tolerance_and_other_class(changes: Mapping[str, Any]) -> None:
    assert kept.policies(data.recipe(**changes)) != kept.policies(RECIPE)


TAKES = Numeric("size", minimum=0, missing="median")


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": [Numeric("size", minimum=0)]},
        {"columns": [replace(TAKES, outside="clip")]},
        {"columns": [replace(TAKES, outside="drop")]},
        {"columns": [Date("size", minimum=0, missing="median")]},
        {"columns": [TAKES], "missing_values": ["NA"]},
        {"columns": [TAKES, Categorical("flag", missing="none")]},
        {"columns": [TAKES, Categorical("flag", missing="other")]},
        {"columns": [TAKES, Categorical("flag")]},
    ],
)
def test_object_is_read_again_for_another_policy_of_its_cells(changes: Mapping[str, Any]) -> None:
    assert kept.policies(data.recipe(**changes)) != kept.policies(data.recipe(columns=[TAKES]))


def test_what_takes_the_place_of_a_missing_number_is_found_without_reading_the_object_again() -> None:
    other = data.recipe(columns=[replace(TAKES, missing=0)])

    assert kept.policies(other) == kept.policies(data.recipe(columns=[TAKES]))


def test_profile_counts_the_cells_that_were_missing_or_clipped_and_the_rows_that_were_dropped() -> None:
    recipe = data.recipe(
        columns=[
            Numeric("size", 0, 9, missing="median", outside="clip"),
            Numeric("age", minimum=0, outside="drop"),
            Categorical("flag", missing="none"),
        ]
    )
    lines = ["size,age,flag,label", *["1,1,S0,ok.", "2,2,S1,spam."] * 20, ",3,,ok.", "99,3,S0,spam.", "5,-1,S0,ok."]
    body = "\n".join(lines).encode()
    account = Counting()
    objects = put(account, {"night.csv": body})

    found = packs.from_objects(account.edges, MODEL, objects, UNKNOWN, memory_mb=1_769, load=lambda _: recipe)

    assert found.profile["rows"] == 42
    assert found.profile["missing_cells"] == 2
    assert found.profile["changed"] == {"night.csv": {"size": {"missing": 1, "clipped": 1}, "flag": {"missing": 1}}}
    assert found.profile["left_out"]["night.csv"]["dropped"] == 1
    assert found.profile["columns"]["size"]["missing"] == 1
    assert found.profile["columns"]["size"]["maximum"] == 9
    assert found.profile["columns"]["flag"]["top"]["none"] == 1
    assert "missing" not in found.profile["columns"]["age"]


WITH_A_RARE_CLASS: dict[str, Any] = {"classes": {"ok.": "good", "worm.": "bad", "spam.": "rare"}}


def small_nights(nights: int) -> dict[str, bytes]:
    """Each loses its only rare row, which is one of a hundred."""
    lines = "\n".join(["size,age,flag,label", *["1,2,SF,ok."] * 79, *["1,2,SF,worm."] * 20, ",2,SF,spam.", ""])
    return {f"{night:02}.csv": lines.encode() for night in range(nights)}


def test_rows_that_many_files_lose_of_one_class_are_refused_though_no_file_proves_it() -> None:
    recipe = data.recipe(tolerate=Tolerate(rows=0.01), **WITH_A_RARE_CLASS)
    prepare(Counting(), small_nights(2), recipe=recipe)

    with pytest.raises(ClassSharesShifted) as raised:
        prepare(Counting(), small_nights(3), recipe=recipe)

    assert raised.value.message == (
        "without the bad rows of 3 files the class rare falls from 1 % to 0 % of the rows: it loses 3 of 3, and all"
        " classes together 3 of 300. nightswap data list --model flows tells which files; correct them, or take them"
        " out: 00.csv, 01.csv, 02.csv"
    )
    assert "object" not in raised.value.details


def test_rows_that_the_recipe_drops_on_purpose_shift_no_share() -> None:
    recipe = data.recipe(
        columns=[Numeric("size", minimum=0, maximum=10, outside="drop"), *RECIPE.columns[1:]],
        **WITH_A_RARE_CLASS,
    )
    files = {name: body.replace(b",2,SF,spam.", b"11,2,SF,spam.", 1) for name, body in small_nights(9).items()}

    assert prepare(Counting(), files, recipe=recipe).profile["rows"] == 9 * 99
