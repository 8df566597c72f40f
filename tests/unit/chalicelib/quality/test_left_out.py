"""What is left out is written by runs and commands at once, and neither loses what the other wrote."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import RegistryIncomplete, StoreUnavailable
from chalicelib.quality import left_out
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_store
from tests.given.news import BAD_FILE, BAD_ROWS

MODEL = "flows"
OTHER = BAD_FILE.but(name="other.csv")


def holding(*names: str) -> FakeOutside:
    night = FakeOutside(MODEL)
    left_out.change(night.edges, lambda _: [BAD_FILE.but(name=name) for name in names], model=MODEL)
    return night


def held(night: FakeOutside) -> list[str]:
    return [each.name for each in left_out.of_model(night.edges, model=MODEL)]


def test_nothing_is_held_before_anything_was() -> None:
    night = FakeOutside(MODEL)

    assert left_out.of_model(night.edges, model=MODEL) == ()
    assert left_out.of_run(night.edges, run="r") == ()


def test_what_is_written_is_read() -> None:
    night = FakeOutside(MODEL)

    left_out.change(night.edges, lambda _: [BAD_FILE, BAD_ROWS], model=MODEL)

    assert left_out.of_model(night.edges, model=MODEL) == (BAD_FILE, BAD_ROWS)


def test_nothing_new_is_not_written() -> None:
    night = holding("bad.csv")
    before = night.store.find(layout.quarantined_data(MODEL))

    refusing = with_store(night.edges, "put_if_match", before=lambda: pytest.fail("it was written"))
    left_out.change(refusing, lambda there: there, model=MODEL)

    assert night.store.find(layout.quarantined_data(MODEL)) == before


def test_a_change_meanwhile_is_not_lost() -> None:
    night = holding("a.csv")
    raced = with_store(
        night.edges,
        "put_if_match",
        before=lambda: left_out.change(night.edges, lambda there: [*there, OTHER], model=MODEL),
    )

    left_out.release(raced, ["a.csv"], model=MODEL)

    assert held(night) == ["other.csv"]


def test_whoever_loses_every_race_says_so() -> None:
    night = holding("bad.csv")
    runs = iter(range(100))

    def rival() -> None:
        left_out.change(night.edges, lambda _: [BAD_FILE.but(run=f"{next(runs)}")], model=MODEL)

    edges = night.edges
    for nth in range(1, left_out.TRIES + 1):
        edges = with_store(edges, "put_if_match", nth=nth, before=rival)

    with pytest.raises(StoreUnavailable, match=r"models/flows/quarantined\.json again and again"):
        left_out.release(edges, ["bad.csv"], model=MODEL)


def test_a_release_takes_whole_files_of_these_names_alone() -> None:
    night = FakeOutside(MODEL)
    rows_of_a = BAD_ROWS.but(name="a.csv")
    left_out.change(night.edges, lambda _: [BAD_FILE.but(name="a.csv"), rows_of_a, OTHER], model=MODEL)

    left_out.release(night.edges, ["a.csv"], model=MODEL)

    assert left_out.of_model(night.edges, model=MODEL) == (rows_of_a, OTHER)


def test_a_damaged_document_is_named() -> None:
    night = FakeOutside(MODEL)
    night.store.put(layout.quarantined_data(MODEL), b'{"files": [{"name": 3}]}')

    for act in (
        lambda: left_out.of_model(night.edges, model=MODEL),
        lambda: left_out.release(night.edges, ["a.csv"], model=MODEL),
    ):
        with pytest.raises(RegistryIncomplete, match=r"models/flows/quarantined\.json"):
            act()


def test_words_tell_a_file_and_rows_of_one() -> None:
    assert BAD_FILE.words == "bad.csv whole (LabelUnknown: column label no known label (2))"
    assert BAD_ROWS.words == "3 of 1,000 rows of night-2.csv (column age empty (3))"
    assert left_out.in_words([BAD_FILE, BAD_ROWS], most=2) == f"{BAD_FILE.words}; {BAD_ROWS.words}"
    assert left_out.in_words([BAD_FILE, BAD_ROWS, OTHER], most=1) == f"{BAD_FILE.words}; and of 2 more files"


def test_a_reason_is_one_line_of_bounded_length() -> None:
    assert left_out.reason("two\n lines") == "two lines"
    assert len(left_out.reason("x" * 300)) == 300
    assert left_out.reason("x" * 1_000).endswith("... (730 more)")
