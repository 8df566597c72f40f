"""Plots are files, the same for the same rows. They need what `make setup-bench` installs."""

from __future__ import annotations

from pathlib import Path

from benchmarks.plots import Line, bars, curve
from benchmarks.results import rows_of

ROWS = [
    *rows_of("cold start", "ms", {"bare": [10.0, 11.0, 9.0], "ours": [11.0, 12.0, 10.0], "theirs": [650.0]}, "bare"),
    *rows_of("errors", "", {"bare": [1.0], "ours": [0.0]}, "bare"),
]


def test_bars_are_the_same_byte_by_byte_and_name_every_row(tmp_path: Path) -> None:
    first, again = (bars("cold", ROWS, title="Cold", others=["theirs"], folder=tmp_path / name) for name in "ab")

    told = first[1].read_text("utf-8")
    assert first[1].read_bytes() == again[1].read_bytes()
    assert first[0].read_bytes() == again[0].read_bytes()
    assert first[0].read_bytes().startswith(b"\x89PNG")
    assert all(each in told for each in ("Cold", "ours", "theirs", "bare", "errors", "65x, 650 ms"))


def test_curve_tells_its_lines_and_both_axes(tmp_path: Path) -> None:
    lines = [
        Line(name="users", x=[0, 1], y=[3, 18], steps=True),
        Line(name="p95", x=[0, 1], y=[0.2, 0.3], at_right=True, dashed=True),
    ]

    _, svg = curve("load", lines, title="Ramp", x_label="s", y_label="users", right_label="ms", folder=tmp_path)

    told = svg.read_text("utf-8")
    assert all(f">{each}<" in told for each in ("Ramp", "users", "p95", "s", "ms"))
