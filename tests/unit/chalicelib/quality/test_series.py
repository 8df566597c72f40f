from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.errors import RegistryIncomplete, StoreUnavailable
from chalicelib.quality.night import Night
from chalicelib.quality.series import LOOK_BACK, Series
from tests.given import news
from tests.given.interference import interfered, raising
from tests.given.nights import MODEL, outside


def night_of(run: str, **changes: object) -> Night:
    return Night.made_of(news.new_rows(run=run, **changes))


def test_nights_are_numbered_and_come_newest_first() -> None:
    series = Series(outside().edges, MODEL)
    for day in (1, 2, 3):
        series.keep(night_of(f"run-{day}", at=f"2026-11-0{day}T03:00:00.000Z"))

    assert series.numbers() == [1, 2, 3]
    assert [each.run for each in series.newest_first()] == ["run-3", "run-2", "run-1"]
    assert [each.run for each in series.since("2026-11-02T03:00:00.000Z")] == ["run-3", "run-2"]


def test_night_is_kept_once_though_the_answer_was_lost() -> None:
    bucket = outside()
    lost = raising(StoreUnavailable("no answer"))
    once = replace(bucket.edges, store=interfered(bucket.store, "put_if_absent", after=lost))

    with pytest.raises(StoreUnavailable):
        Series(once, MODEL).keep(night_of("run-1"))
    series = Series(bucket.edges, MODEL)

    assert series.of_run("run-1") == night_of("run-1")
    assert series.numbers() == [1]


def test_number_that_another_took_meanwhile_stays_that_ones() -> None:
    bucket = outside()
    other = Series(bucket.edges, MODEL)
    raced = interfered(bucket.store, "put_if_absent", before=lambda: other.keep(night_of("run-2")))

    Series(replace(bucket.edges, store=raced), MODEL).keep(night_of("run-1"))

    assert [each.run for each in other.newest_first()] == ["run-1", "run-2"]


def test_own_night_under_the_number_is_found_and_not_written_again() -> None:
    bucket = outside()
    mine = Series(bucket.edges, MODEL)
    raced = interfered(bucket.store, "put_if_absent", before=lambda: mine.keep(night_of("run-1")))

    Series(replace(bucket.edges, store=raced), MODEL).keep(night_of("run-1"))

    assert mine.numbers() == [1]


def test_run_is_looked_for_among_the_newest_nights_alone() -> None:
    series = Series(outside().edges, MODEL)
    for number in range(LOOK_BACK + 1):
        series.keep(night_of(f"run-{number}"))

    assert series.of_run("run-1") is not None
    assert series.of_run("run-0") is None


def test_damaged_night_is_named_where_it_is_asked_for() -> None:
    bucket = outside()
    bucket.store.put(layout.quality_night(MODEL, 1), b"{}")
    bucket.store.put(f"{layout.quality(MODEL)}notes.txt", b"no night")

    with pytest.raises(RegistryIncomplete, match=r"quality/0000000001.json is damaged"):
        Series(bucket.edges, MODEL).night(1)
    assert list(Series(bucket.edges, MODEL).newest_first()) == []
    assert Series(bucket.edges, MODEL).night(2) is None


def test_report_lists_few_of_many_files_and_counts_them_all() -> None:
    files = [{"name": f"{number}.csv", "etag": "1"} for number in range(30)]

    short = Night.made_of(night_of("run-1", objects=files).short())

    assert (len(short.objects), short.objects_left_out, short.files) == (20, 10, 30)
