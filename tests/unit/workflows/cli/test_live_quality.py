from __future__ import annotations

from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.quality.night import Night
from chalicelib.quality.series import Series
from tests.fakes.stage import FakeStage
from tests.given import news
from tests.given.nights import MODEL, outside


def two_nights() -> FakeStage:
    night = outside()
    series = Series(night.edges, MODEL)
    fine = {**news.RECALL, "value": 0.985, "fell": False, "words": "no fall proved"}
    none = {**news.PRECISION, "value": None, "interval": None}
    series.keep(Night.made_of(news.new_rows(ratios=[fine, none], news=[])))
    series.keep(Night.made_of(news.new_rows(run="run-2", at="2026-11-22T03:00:00.000Z", model_version=12)))
    return FakeStage(night)


@pytest.mark.parametrize("width", [80, 120])
def test_each_night_has_a_line_with_version_rows_and_ratios(width: int) -> None:
    lines = two_nights().run("history", "--quality", width=width).output.splitlines()

    assert lines[0].rstrip() == "the live version of kdd99-http on new rows"
    assert lines[3].split()[:6] == ["2026-11-22", "12", "3,000", "0.9000", "(0.880", "to"]
    assert lines[4].split() == ["2026-11-21", "1", "3,000", "0.9850", "(0.880", "to", "0.920)", "-"]
    fallen = " ".join(map(str.strip, lines[5:]))
    assert fallen.startswith("2026-11-22, version 12: recall of attack 0.9 on 1,000 rows of the class in 1 night")
    assert all(len(line) <= width for line in lines[:5])


@pytest.mark.parametrize(("width", "expected"), [(80, 9), (120, 5)])
def test_many_ratios_have_a_line_each_where_the_screen_is_narrow(width: int, expected: int) -> None:
    night = outside()
    ratios = [{**news.PRECISION, "name": name} for name in ("recall of attack", "f1 of attack", "accuracy")]
    for run in ("run-1", "run-2"):
        Series(night.edges, MODEL).keep(Night.made_of(news.new_rows(run=run, ratios=ratios, news=[])))

    lines = FakeStage(night).run("history", "--quality", width=width).output.splitlines()

    assert len(lines) == expected - (width == 80)
    assert all(len(line) <= width for line in lines)


def test_nights_are_told_for_programs_newest_first() -> None:
    found = cast(Any, two_nights().json("history", "--quality", "--limit", "1", "--json"))

    assert [(each["run"], each["model_version"], each["matrix"]) for each in found] == [
        ("run-2", 12, [[1_995, 5], [100, 900]])
    ]


def test_model_without_a_night_says_what_makes_one() -> None:
    output = FakeStage(outside()).run("history", "--quality", width=120).output

    assert output == (
        "no new rows were scored by a live version of kdd99-http yet: the next run with a new file does\n"
    )


def test_damaged_night_hides_no_other() -> None:
    stage = two_nights()
    key = layout.quality_night(MODEL, 1)
    stage.outside.store.put(key, documents.encode(news.new_rows(matrix=[[1, 2]])))

    output = stage.run("history", "--quality", width=120).output

    assert "2026-11-22" in output
    assert f"! {key} is damaged: in it matrix does not have 2 rows and columns" in output
