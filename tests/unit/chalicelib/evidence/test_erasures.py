"""What was erased is told for good, the latest erasure first."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import RegistryIncomplete
from chalicelib.evidence.erasures import ErasedPart, Erasure, Erasures, LookedUp, of_part, took
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, outside

A, B = "a" * 64, "b" * 64
REPORT = ErasedPart(model_version=1, name="report.json", was=A, left=B, rows=2)
WHOLE = ErasedPart(model_version=1, name="model.knn", was=A, left=None, rows=None)


def erasure(*parts: ErasedPart, who: str = "ada") -> Erasure:
    return Erasure(files=["night-1.csv"], who=who, at="2026-11-26T03:00:00.000Z", objects=(), parts=parts)


@pytest.fixture
def night() -> FakeOutside:
    return outside()


def test_erasures_are_numbered_from_1_and_read_oldest_first(night: FakeOutside) -> None:
    erasures = Erasures(night.edges, MODEL)
    for who in ("ada", "bob"):
        erasures.keep(erasure(who=who))

    assert [each.who for each in erasures.entries()] == ["ada", "bob"]
    assert [each.key for each in night.store.list("evidence-erased/")] == [
        layout.erasure(MODEL, 1),
        layout.erasure(MODEL, 2),
    ]


def test_erasure_takes_the_next_number_that_is_free(night: FakeOutside) -> None:
    night.store.put(layout.erasure(MODEL, 2), erasure(who="eve").encode())
    erasures = Erasures(night.edges, MODEL)

    erasures.keep(erasure(who="ada"))

    assert [each.who for each in erasures.entries()] == ["eve", "ada"]


def test_damaged_erasure_is_told_and_the_others_are_read(night: FakeOutside) -> None:
    erasures, told = Erasures(night.edges, MODEL), list[str]()
    erasures.keep(erasure())
    night.store.put(layout.erasure(MODEL, 2), b"{")

    assert [each.who for each in erasures.readable(told=told)] == ["ada"]
    assert len(told) == 1 and layout.erasure(MODEL, 2) in told[0]
    with pytest.raises(RegistryIncomplete):
        erasures.entries()


def test_what_was_looked_up_is_no_erasure_and_is_kept_once(night: FakeOutside) -> None:
    erasures, looked_up = Erasures(night.edges, MODEL), LookedUp(files=["a"], etags=["e"], runs=["r"])
    for _ in range(2):
        erasures.keep_looked_up(looked_up)
    night.store.put(f"{layout.looked_up(MODEL)}damaged.json", b"{")

    assert erasures.looked_up() == [looked_up]
    assert erasures.entries() == []


@pytest.mark.parametrize(
    ("model_version", "name", "left", "who"),
    [
        (1, "report.json", B, "bob"),
        (2, "report.json", B, None),
        (1, "replay.json", B, None),
        (1, "report.json", A, None),
        (1, "report.json", None, None),
    ],
)
def test_part_was_left_so_by_the_latest_erasure_of_just_that(
    model_version: int, name: str, left: str | None, who: str | None
) -> None:
    told = [erasure(REPORT, who="ada"), erasure(WHOLE, REPORT, who="bob"), erasure(WHOLE, who="eve")]

    found = of_part(told, model_version=model_version, name=name, left=left)

    assert (found and found.who) == who


def test_version_that_was_spared_lost_its_rows_alone() -> None:
    there = [layout.version(MODEL, 1, WHOLE.name)]

    assert took(erasure(REPORT, WHOLE), model=MODEL, there=there).endswith(
        ": version 1 lost 2 rows of its record, and stays itself"
    )
    assert took(erasure(REPORT, WHOLE), model=MODEL, there=[]).endswith(": version 1 went whole")
    assert took(erasure(REPORT, REPORT), model=MODEL, there=there).endswith(": version 1 lost 4 rows of its record")
    assert took(erasure(), model=MODEL, there=[]) == "night-1.csv was erased by ada at 2026-11-26T03:00:00.000Z"
