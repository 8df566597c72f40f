"""The arithmetic of rows, and what two runs say of each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.results import Row, compared, read, rows_of, spread, table, tell_agreement, write

TIMES = {"bare": [10.0, 11.0, 9.0, 10.0], "ours": [11.0, 12.0, 10.0, 11.0]}
POSITIVE = st.floats(min_value=1e-6, max_value=1e6)


def test_row_has_median_spread_and_ratio_of_the_medians() -> None:
    bare, ours = rows_of("cold start", "ms", TIMES, "bare")

    assert (bare.median, bare.n, bare.ratio_to_baseline, bare.baseline) == (10.0, 4, 1.0, "bare")
    assert bare.spread == pytest.approx(0.05)  # quartiles 9.75 and 10.25
    assert ours.ratio_to_baseline == pytest.approx(1.1)


def test_spread_of_one_value_is_none() -> None:
    assert spread([3.0]) == 0.0
    assert spread([0.0, 0.0, 0.0]) == 0.0


@given(st.lists(POSITIVE, min_size=2), st.floats(min_value=0.01, max_value=100))
def test_spread_does_not_depend_on_the_unit(values: list[float], factor: float) -> None:
    assert spread([factor * value for value in values]) == pytest.approx(spread(values))


@given(st.lists(POSITIVE, min_size=1), st.lists(POSITIVE, min_size=1))
def test_baselines_own_ratio_is_one(bare: list[float], ours: list[float]) -> None:
    first, second = rows_of("m", "s", {"bare": bare, "ours": ours}, "bare")

    assert first.ratio_to_baseline == 1
    assert second.ratio_to_baseline * first.median == pytest.approx(second.median)


def test_baseline_that_was_not_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="bare was not measured"):
        rows_of("m", "s", {"ours": [1.0]}, "bare")


def test_baseline_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="no ratio"):
        rows_of("errors", "", {"bare": [0.0], "ours": [1.0]}, "bare")


def test_written_part_is_read_again(tmp_path: Path) -> None:
    rows = rows_of("cold start", "ms", {"bare": [10.0, 11.0, 9.0, 10.0], "ours": [20.0]}, "bare")

    path = write("cold", rows, more={"memory_mb": 512}, folder=tmp_path)

    told = json.loads(path.read_text("utf-8"))
    assert [*told] == ["part", "date", "machine", "versions", "memory_mb", "rows"]
    assert {"cpu", "cores", "memory_mb", "os", "python"} == {*told["machine"]}
    assert {"nightswap", "numpy", "scikit-learn"} == {*told["versions"]}
    assert read("cold", folder=tmp_path) == rows
    assert read("warm", folder=tmp_path) == []


def row(name: str, ratio: float, *, spread: float = 0.1) -> Row:
    return Row(
        name=name,
        metric="m",
        unit="ms",
        median=ratio,
        spread=spread,
        n=9,
        ratio_to_baseline=ratio,
        baseline="bare",
    )


@pytest.mark.parametrize(("now", "agree"), [(2.39, True), (2.41, False), (1.61, True), (1.59, False)])
def test_two_runs_agree_within_the_spreads_of_row_and_baseline(now: float, agree: bool) -> None:
    (found,) = compared([row("bare", 1), row("ours", 2)], [row("bare", 1), row("ours", now)])

    assert found.agree is agree
    assert found.allowed == pytest.approx(0.2)


def test_only_rows_of_both_runs_are_compared() -> None:
    assert compared([row("ours", 2)], [row("bare", 1), row("theirs", 2)]) == []


def test_ratios_that_do_not_agree_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    tell_agreement([row("ours", 2), row("theirs", 3)], [row("bare", 1), row("ours", 3), row("theirs", 3)])

    assert capsys.readouterr().out == (
        "1 of 2 ratios agree with the run before, within the spreads\n"
        "  ours, m: 2 before, 3 now: 50% apart, 20% allowed\n"
    )


def test_first_run_is_compared_with_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tell_agreement([], [row("bare", 1)])

    assert capsys.readouterr().out == ""


def test_table_has_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    table("cold starts", rows_of("cold start", "ms", TIMES, "bare"))

    told = capsys.readouterr().out
    assert "cold starts" in told
    assert "10.5 ms" not in told
    assert "11 ms" in told
    assert "1.1" in told
