"""The plots of the benches, as PNG and as SVG: the only module that imports matplotlib. `make setup-bench` brings it.

The same rows make the same SVG, byte by byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from benchmarks.results import FOLDER, Row, shown

WIDTH, DPI = 9.0, 110
INCHES_A_BAR, INCHES_BESIDE = 0.34, 1.1
OURS, BASE, OTHERS = "#1b6ca8", "#9a9a9a", "#d08c3c"
COLOURS = ("#1b6ca8", "#d08c3c", "#3c8c5a", "#a83c5a", "#6a5aa8", "#5a5a5a")
LOGARITHMIC_FROM = 12.0
"""Ratios that lie so many times apart are drawn on a logarithmic scale."""

matplotlib.rcParams["svg.hashsalt"] = "nightswap"
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["font.size"] = 9


@dataclass(frozen=True, kw_only=True)
class Line:
    """A curve; `y` may be told on the axis at the right. As steps, a value holds until the next one."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    at_right: bool = False
    dashed: bool = False
    steps: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Lines over one x, with an axis at the left, or at both sides."""

    lines: Sequence[Line]
    y_label: str
    right_label: str = ""
    is_logarithmic: bool = False
    """The axis at the left."""
    x_is_logarithmic: bool = False


def bars(
    part: str, rows: Sequence[Row], *, title: str, others: Sequence[str] = (), folder: Path = FOLDER
) -> tuple[Path, Path]:
    """A panel for each metric, a bar for each row: its ratio to the baseline, with its spread and its median beside.

    The rows named in `others` are not the product's own, and have their own colour.
    """
    metrics = list(dict.fromkeys(row.metric for row in rows))
    counts = [sum(row.metric == metric for row in rows) for metric in metrics]
    height = sum(INCHES_A_BAR * count + INCHES_BESIDE for count in counts)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    panels = figure.subplots(len(metrics), 1, squeeze=False, height_ratios=[count + 2 for count in counts])
    for metric, (panel,) in zip(metrics, panels, strict=True):
        _panel(panel, [row for row in rows if row.metric == metric], others)
    figure.suptitle(title, fontweight="bold")
    return save(part, figure, folder=folder)


def curve(
    part: str,
    lines: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str,
    right_label: str = "",
    folder: Path = FOLDER,
) -> tuple[Path, Path]:
    """Lines over one x; those `at_right` have the axis there."""
    panel = Panel(lines=lines, y_label=y_label, right_label=right_label)
    return stacked(part, [panel], title=title, x_label=x_label, folder=folder, inches=4.0)


def stacked(
    part: str,
    panels: Sequence[Panel],
    *,
    title: str,
    x_label: str,
    marks: Sequence[float] = (),
    folder: Path = FOLDER,
    inches: float = 2.4,
) -> tuple[Path, Path]:
    """Panels one below another, of so many inches each, over one x; `marks` are places on it that are told."""
    figure = Figure(figsize=(WIDTH, inches * len(panels) + 0.6), layout="constrained")
    every = figure.subplots(len(panels), 1, squeeze=False, sharex=True)
    for panel, (drawn,) in zip(panels, every, strict=True):
        _curves(drawn, panel)
        for mark in marks:
            drawn.axvline(mark, color=BASE, linewidth=1, linestyle=":")
    every[-1][0].set_xlabel(x_label)
    figure.suptitle(title, fontweight="bold")
    return save(part, figure, folder=folder)


def save(part: str, figure: Any, *, folder: Path = FOLDER) -> tuple[Path, Path]:
    """PART.png and PART.svg, without the day and the version that drew them."""
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{part}.png", folder / f"{part}.svg"
    figure.savefig(png, dpi=DPI, metadata={"Software": None})
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return png, svg


def _curves(left: Any, panel: Panel) -> None:
    right = left.twinx() if any(line.at_right for line in panel.lines) else left
    drawn = [
        (right if line.at_right else left).plot(
            line.x,
            line.y,
            color=colour,
            label=line.name,
            linestyle="--" if line.dashed else "-",
            drawstyle="steps-post" if line.steps else "default",
            linewidth=1.6,
        )[0]
        for line, colour in zip(panel.lines, COLOURS * len(panel.lines), strict=False)
    ]
    left.set_ylabel(panel.y_label)
    left.grid(alpha=0.3)
    if panel.x_is_logarithmic:
        left.set_xscale("log")
    if panel.is_logarithmic:
        left.set_yscale("log")
    else:
        left.set_ylim(bottom=0)
    if right is not left:
        right.set_ylabel(panel.right_label)
        right.set_ylim(bottom=0)
    left.legend(handles=drawn, loc="upper left", bbox_to_anchor=(1.09, 1), frameon=False, borderaxespad=0)


def _panel(panel: Any, rows: Sequence[Row], others: Sequence[str]) -> None:
    ratios = [row.ratio_to_baseline for row in rows]
    errors = [row.spread * row.ratio_to_baseline / 2 for row in rows]
    colours = [BASE if row.name == row.baseline else OTHERS if row.name in others else OURS for row in rows]
    panel.barh([row.name for row in rows], ratios, xerr=errors, color=colours, ecolor="#444444", capsize=2)
    panel.invert_yaxis()
    panel.axvline(1, color=BASE, linewidth=1, linestyle=":")
    if 0 < min(ratios) < max(ratios) / LOGARITHMIC_FROM:
        panel.set_xscale("log")
        panel.set_xlim(min(ratios) / 1.5, max(ratios) * 4)
        panel.xaxis.set_major_formatter("{x:g}")
    else:
        panel.set_xlim(0, max(map(sum, zip(ratios, errors, strict=True))) * 1.35)
    for place, row in enumerate(rows):
        said = f"  {row.ratio_to_baseline:.3g}x, {shown(row.median)} {row.unit}"
        panel.text(row.ratio_to_baseline + errors[place], place, said, va="center", fontsize=8)
    panel.set_title(f"{rows[0].metric}, as a ratio to {rows[0].baseline}", fontsize=9, loc="left")
    panel.spines[["top", "right"]].set_visible(False)
