"""Bad files are left out, written down and not read again, until they change or are released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import NOTHING_NEW, TRAIN
from chalicelib.contracts.runs import RunOutcome
from chalicelib.contracts.training import Preprocessed, PreprocessTask
from chalicelib.edges import Edges
from chalicelib.errors import (
    DataError,
    DatasetEmpty,
    DatasetTooLarge,
    LabelUnknown,
    ObjectUnreadable,
    RegistryIncomplete,
    ValueUnparsable,
)
from chalicelib.promotion.lease import Lease
from chalicelib.quality import left_out
from chalicelib.registry import run_documents
from chalicelib.runs import outcomes
from chalicelib.runs.dataset import Object
from lambdas import bad_files, preprocess, recipes
from lambdas.model.recipe import Numeric, Recipe, Tolerate
from lambdas.packs import from_objects
from lambdas.parts import Prepared
from lambdas.splits import Splits
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_store
from tests.given.nights import MODEL, going, promote
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, add_data, night_with_data

NEXT = "kdd99-http-nightly-20261122T0300Z"
THIRD = "kdd99-http-nightly-20261123T0300Z"
BAD = ["0,1,2,marmalade."]
WORSE = ["0,1,2,marmalade.", "0,x,2,normal."]
GOOD = rows(normal=50, attacks=0, seed=5)


def recipe(files: int = 1, share: float = 0.0, **changes: object) -> Recipe:
    return replace(recipes.load(MODEL), tolerate=Tolerate(rows=share, files=files), **changes)  # type: ignore[arg-type]


def preprocessing(night: FakeOutside, run: str = RUN, *, by: Recipe | None = None) -> Preprocessed:
    task = PreprocessTask(run=run, model=MODEL, force=False)
    return preprocess.run(task, night.edges, SETTINGS, load=lambda _: by or recipe())


def later(night: FakeOutside, run: str, *, by: Recipe | None = None) -> Preprocessed:
    """The next night, after the run before was over."""
    for each in (RUN, NEXT):
        Lease(night.edges, MODEL).release(each)
        night.executions.finish(each, "SUCCEEDED") if night.executions.find(each) else None
    night.clock.sleep(86_400)
    going(night, run)
    return preprocessing(night, run, by=by)


def with_bad(*names: str, lines: Sequence[str] = BAD) -> FakeOutside:
    night = night_with_data()
    for each in names:
        add_data(night, each, lines=lines)
    return night


def held(night: FakeOutside) -> list[tuple[str, str]]:
    return [(each.name, each.run) for each in left_out.of_model(night.edges, model=MODEL)]


def read_since(night: FakeOutside, run: str, *, by: Recipe | None = None) -> list[str]:
    """The files that the next night reads."""
    read: list[str] = []

    class Noting:
        def __getattr__(self, name: str) -> object:
            return getattr(night.store, name)

        def find(self, key: str) -> object:
            read.append(key)
            return night.store.find(key)

    for each in (RUN, NEXT):
        Lease(night.edges, MODEL).release(each)
    going(night, run)
    task = PreprocessTask(run=run, model=MODEL, force=False)
    noting = replace(night.edges, store=Noting())  # type: ignore[arg-type]
    preprocess.run(task, noting, SETTINGS, load=lambda _: by or recipe())
    return [each.removeprefix(layout.dataset(MODEL)) for each in read if each.startswith(layout.DATASETS)]


def test_a_bad_file_is_left_out_and_named_and_the_run_goes_on() -> None:
    night = with_bad("bad.csv", lines=WORSE)

    done = preprocessing(night)

    assert done.decision == TRAIN
    assert done.reason == (
        "1,500 rows in 1 object; left out as bad: bad.csv whole (LabelUnknown: column label no known label (one of"
        " back., ipsweep., normal., phf., portsweep., satan.) (1), column src_bytes not a number (1))"
    )
    (entry,) = left_out.of_run(night.edges, run=RUN)
    assert (entry.name, entry.rows, entry.of_rows, entry.error, entry.run) == (
        "bad.csv",
        None,
        None,
        "LabelUnknown",
        RUN,
    )
    assert left_out.of_model(night.edges, model=MODEL) == (entry,)
    profile = run_documents.profile(night.edges, run=RUN)
    assert [(each.name, each.rows, each.rows_left_out) for each in profile.objects] == [("night-1.csv", 1500, 0)]


def test_what_is_written_down_holds_no_cell() -> None:
    night = with_bad("bad.csv", lines=["0,secret-cell,2,normal."])
    preprocessing(night)

    for key in (layout.quarantined_data(MODEL), layout.run_document(RUN, left_out.DOCUMENT)):
        assert b"secret-cell" not in (night.store.find(key) or pytest.fail(key)).body


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (0, "3 files are bad, and the recipe tolerates none"),
        (1, "3 files are bad that were not before, and the recipe tolerates 1"),
        (2, "3 files are bad that were not before, and the recipe tolerates 2"),
    ],
)
def test_more_new_bad_files_than_are_tolerated_fail_the_run_and_nothing_is_held(files: int, told: str) -> None:
    night = with_bad("a.csv", "b.csv", "c.csv")

    with pytest.raises(LabelUnknown) as raised:
        preprocessing(night, by=recipe(files=files))

    assert raised.value.message.startswith(
        f"{told}. Besides the first one: b.csv (LabelUnknown), c.csv (LabelUnknown). 1 cell of column label in a.csv"
        " is no known label"
    )
    assert raised.value.message.endswith("nightswap data remove a.csv --model kdd99-http")
    assert held(night) == []


def test_a_recipe_that_tolerates_no_file_fails_as_ever() -> None:
    with pytest.raises(LabelUnknown, match=r"^1 cell of column label in a\.csv"):
        preprocessing(with_bad("a.csv"), by=recipe(files=0))


def test_files_that_are_all_bad_fail_the_run() -> None:
    with pytest.raises(LabelUnknown):
        preprocessing(night_with_data(lines=BAD), by=recipe(files=5))


def test_a_bad_file_is_not_read_again_and_does_not_count_as_new() -> None:
    night = with_bad("bad.csv")
    first = preprocessing(night)

    again = later(night, NEXT)

    assert again.fingerprint == first.fingerprint
    assert held(night) == [("bad.csv", RUN)]
    assert [each.run for each in left_out.of_run(night.edges, run=NEXT)] == [RUN]
    add_data(night, "other.csv", lines=BAD)
    assert read_since(night, THIRD) == ["other.csv"]
    assert held(night) == [("bad.csv", RUN), ("other.csv", THIRD)]


def test_the_fingerprint_is_of_the_files_that_are_used() -> None:
    without, night = night_with_data(), with_bad("bad.csv")

    assert preprocessing(night).fingerprint == preprocessing(without).fingerprint


def test_a_night_whose_only_new_file_is_bad_has_nothing_new_and_holds_it() -> None:
    night = night_with_data()
    promote(night.edges, run="earlier", fingerprint=preprocessing(night).fingerprint or "")
    add_data(night, "bad.csv", lines=BAD)

    done = later(night, NEXT)

    assert done.decision == NOTHING_NEW
    assert done.reason.startswith(
        "data, recipe and code are those of the live model version 1; left out as bad: bad.csv"
    )
    assert held(night) == [("bad.csv", NEXT)]


def test_a_corrected_file_is_read_and_no_longer_held() -> None:
    night = with_bad("bad.csv")
    preprocessing(night)
    add_data(night, "bad.csv", lines=GOOD)

    assert later(night, NEXT).reason == "1,550 rows in 2 objects"
    assert held(night) == []


def test_a_file_with_other_content_that_is_bad_too_counts_as_new() -> None:
    night = with_bad("a.csv")
    preprocessing(night)
    add_data(night, "a.csv", lines=WORSE)
    add_data(night, "b.csv", lines=[*BAD, *BAD])

    with pytest.raises(LabelUnknown, match="2 files are bad that were not before, and the recipe tolerates 1"):
        later(night, NEXT)


def test_a_file_that_was_taken_out_is_forgotten() -> None:
    night = with_bad("bad.csv")
    preprocessing(night)
    night.store.delete(layout.dataset(MODEL, "bad.csv"))

    later(night, NEXT)

    assert held(night) == []


def test_a_recipe_that_takes_the_label_reads_the_file_again_by_itself() -> None:
    night = with_bad("bad.csv", lines=[*GOOD, *BAD])
    preprocessing(night)
    wider = recipe(classes={**recipe().classes, "marmalade.": "normal"})

    assert later(night, NEXT, by=wider).reason == "1,551 rows in 2 objects"
    assert held(night) == []


def test_a_file_that_is_read_again_for_another_recipe_and_still_bad_is_not_new() -> None:
    night = with_bad("a.csv", "b.csv")
    preprocessing(night, by=recipe(files=2))
    wider = recipe(files=1, classes={**recipe().classes, "jam.": "normal"})

    later(night, NEXT, by=wider)

    assert held(night) == [("a.csv", RUN), ("b.csv", RUN)]
    assert {each.key for each in left_out.of_model(night.edges, model=MODEL)} != {None}
    Lease(night.edges, MODEL).release(NEXT)
    assert read_since(night, THIRD, by=wider) == []


def test_a_recipe_that_tolerates_no_file_any_more_reads_what_is_held() -> None:
    night = with_bad("bad.csv")
    preprocessing(night)

    with pytest.raises(LabelUnknown):
        later(night, NEXT, by=recipe(files=0))


def test_a_released_file_is_read_on_its_merits_and_counts_as_new() -> None:
    night = with_bad("bad.csv")
    first = preprocessing(night)
    left_out.release(night.edges, ["bad.csv"], model=MODEL)

    again = later(night, NEXT)

    assert again.fingerprint == first.fingerprint
    assert held(night) == [("bad.csv", NEXT)]


def test_a_file_that_is_released_while_the_run_goes_on_stays_released() -> None:
    night = with_bad("bad.csv")
    preprocessing(night)
    night.executions.finish(RUN, "SUCCEEDED")
    Lease(night.edges, MODEL).release(RUN)
    going(night, NEXT)

    def read(edges: Edges, model: str, objects: Sequence[Object], known: Splits) -> Prepared:
        left_out.release(edges, ["bad.csv"], model=model)
        return from_objects(edges, model, objects, known, memory_mb=1_769, load=lambda _: recipe())

    task = PreprocessTask(run=NEXT, model=MODEL, force=False)
    preprocess.run(task, night.edges, SETTINGS, load=lambda _: recipe(), read=read)

    assert held(night) == []


def test_a_repeated_task_leaves_the_same() -> None:
    night = with_bad("bad.csv")

    first, again = preprocessing(night), preprocessing(night)

    assert first == again
    assert held(night) == [("bad.csv", RUN)]
    assert [each.run for each in left_out.of_run(night.edges, run=RUN)] == [RUN]


def test_all_files_in_quarantine_are_told_with_the_way_out() -> None:
    night = with_bad("bad.csv")
    preprocessing(night)
    night.store.delete(layout.dataset(MODEL, "night-1.csv"))

    with pytest.raises(DatasetEmpty, match=r"the only file of kdd99-http is in quarantine: nightswap data list"):
        later(night, NEXT)


def test_a_file_that_is_too_large_tonight_or_gone_is_not_a_bad_one() -> None:
    assert not bad_files.is_of_the_file(DatasetTooLarge("too large", object="a.csv"))
    assert not bad_files.is_of_the_file(ObjectUnreadable("a.csv was replaced before it was read"))
    assert bad_files.is_of_the_file(ObjectUnreadable("no text", object="a.csv"))


def test_a_file_that_is_replaced_before_it_is_read_fails_the_run() -> None:
    night = night_with_data()
    add_data(night, "b.csv", lines=GOOD)
    raced = with_store(night.edges, "list", after=lambda: night.store.delete(layout.dataset(MODEL, "b.csv")))

    with pytest.raises(ObjectUnreadable, match="removed or replaced before it was read"):
        preprocess.run(PreprocessTask(run=RUN, model=MODEL, force=False), raced, SETTINGS, load=lambda _: recipe())
    assert held(night) == []


@pytest.mark.parametrize(
    ("body", "error"), [(b"", ObjectUnreadable), (b"a,b\n1,2\n", DataError), (b'"', ObjectUnreadable)]
)
def test_a_file_that_cannot_be_read_at_all_is_left_out_too(body: bytes, error: type[DataError]) -> None:
    night = night_with_data()
    night.store.put(layout.dataset(MODEL, "bad.csv"), body)

    preprocessing(night)

    (entry,) = left_out.of_model(night.edges, model=MODEL)
    assert entry.name == "bad.csv"
    assert entry.error in (error.__name__, "ColumnMissing")


def test_rows_that_are_left_out_are_remembered_with_the_run_that_was_first() -> None:
    night = night_with_data()
    add_data(night, "night-2.csv", lines=[*rows(normal=97, attacks=0), *["0,x,2,normal."] * 3])
    by = recipe(share=0.03)
    preprocessing(night, by=by)

    later(night, NEXT, by=by)

    (entry,) = left_out.of_run(night.edges, run=NEXT)
    assert (entry.name, entry.rows, entry.of_rows, entry.error, entry.run) == ("night-2.csv", 3, 100, None, RUN)
    profile = run_documents.profile(night.edges, run=NEXT)
    assert [(each.name, each.rows, each.rows_left_out) for each in profile.objects] == [
        ("night-1.csv", 1500, 0),
        ("night-2.csv", 97, 3),
    ]


def test_a_file_with_too_many_bad_rows_is_left_out_whole() -> None:
    night = night_with_data()
    add_data(night, "night-2.csv", lines=[*rows(normal=96, attacks=0), *["0,x,2,normal."] * 4])

    preprocessing(night, by=recipe(share=0.03))

    (entry,) = left_out.of_model(night.edges, model=MODEL)
    assert (entry.name, entry.rows, entry.error) == ("night-2.csv", None, ValueUnparsable.__name__)


def test_a_damaged_list_of_what_is_held_ends_the_run_with_the_way_out() -> None:
    night = with_bad("bad.csv")
    night.store.put(layout.quarantined_data(MODEL), b"{}")

    with pytest.raises(RegistryIncomplete, match=r"models/kdd99-http/quarantined\.json.*put-back"):
        preprocessing(night)


def test_nothing_is_written_where_nothing_is_bad() -> None:
    night = night_with_data()

    preprocessing(night)

    assert night.store.find(layout.quarantined_data(MODEL)) is None
    assert night.store.find(layout.run_document(RUN, left_out.DOCUMENT)) is None


def test_rows_of_a_bad_file_are_no_new_rows_for_the_live_version() -> None:
    night = night_with_data()
    promote(night.edges, run="earlier", fingerprint="other data")
    add_data(night, "bad.csv", lines=BAD)

    preprocessing(night)

    arrived = run_documents.profile(night.edges, run=RUN).arrived
    assert arrived is None or "bad.csv" not in {each.name for each in arrived.objects}


def test_what_was_left_out_is_announced_when_the_run_ends() -> None:
    night = with_bad("bad.csv")
    preprocessing(night)

    outcomes.record(night.edges, RunOutcome(run=RUN, model=MODEL, outcome=NOTHING_NEW, reason="so", error=None))

    assert [each.kind for each in night.notices.sent] == ["DataQuarantined"]


def test_rows_that_the_recipe_drops_are_not_told_as_bad() -> None:
    night = night_with_data()
    dropping = [Numeric("duration", minimum=0, maximum=100, outside="drop"), *recipe().columns[1:]]
    add_data(night, "night-2.csv", lines=[*rows(normal=97, attacks=0), *["101,1,2,normal."] * 3])

    done = preprocessing(night, by=recipe(columns=dropping))

    assert done.reason.endswith("objects; 3 rows dropped")
    assert left_out.of_run(night.edges, run=RUN) == ()
    assert run_documents.profile(night.edges, run=RUN).objects[1].rows_left_out == 3


def test_of_a_file_with_dropped_and_bad_rows_the_bad_ones_are_told() -> None:
    night = night_with_data()
    dropping = [Numeric("duration", minimum=0, maximum=100, outside="drop"), *recipe().columns[1:]]
    lines = [*rows(normal=96, attacks=0), *["101,1,2,normal."] * 3, "1,x,2,normal."]
    add_data(night, "night-2.csv", lines=lines)

    preprocessing(night, by=recipe(share=0.01, columns=dropping))

    (entry,) = left_out.of_run(night.edges, run=RUN)
    assert (entry.name, entry.rows, entry.of_rows) == ("night-2.csv", 1, 100)


def test_first_line_of_a_file_without_a_header_is_not_told() -> None:
    """It is a row, and its cells would stay in the quarantine when the file is erased."""
    night = night_with_data()
    night.store.put(layout.dataset(MODEL, "night-2.csv"), b"0,1,2,Jane Roe\n0,1,2,normal.\n")

    ready = preprocessing(night)

    (entry,) = left_out.of_model(night.edges, model=MODEL)
    assert (entry.name, entry.error) == ("night-2.csv", "ColumnMissing")
    assert entry.why.startswith("has no column duration, ")
    kept = night.store.find(layout.run_document(RUN, "data_left_out"))
    assert kept is not None
    assert not any("Jane" in told for told in (entry.why, ready.reason, kept.body.decode()))
