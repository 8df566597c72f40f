"""Writes a part's results into docs/performance.md, between its two marks, so that page and JSON cannot differ.

A part without marks on the page is left out of it. `python -m benchmarks.page` writes all parts again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.command_line import command
from benchmarks.results import FOLDER, ROOT, shown

PAGE = ROOT / "docs" / "performance.md"


def begin(part: str) -> str:
    return f"<!-- {part}: written by `python -m benchmarks.page` -->"


def end(part: str) -> str:
    return f"<!-- {part}: end -->"


def section(told: Mapping[str, Any]) -> str:
    """A line of where and when, and a table for each metric, of what PART.json holds."""
    machine, versions = told["machine"], told["versions"]
    lines = [
        f"Measured on {told['date']} at commit {versions['nightswap']}: {machine['cores']} cores of "
        f"{machine['cpu']}, {machine['memory_mb'] / 1024:.0f} GB, {machine['os']}, Python {machine['python']}.",
    ]
    rows = told["rows"]
    for metric in dict.fromkeys(row["metric"] for row in rows):
        of = [row for row in rows if row["metric"] == metric]
        lines += ["", f"| {metric} | median | spread | n | of {of[0]['baseline']} |", "|---|---|---|---|---|"]
        lines += [
            f"| {row['name']} | {shown(row['median'])} {row['unit']} | {row['spread']:.0%} | {row['n']} "
            f"| {ratio(row['ratio_to_baseline'])} |"
            for row in of
        ]
    return "\n".join(lines)


def ratio(value: float) -> str:
    """
    >>> ratio(1.0449), ratio(66.63)
    ('1.04', '66.6')
    """
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def with_section(page: str, part: str, text: str) -> str:
    """The page with the part's text between its marks; unchanged where it has none."""
    before, begun, rest = page.partition(begin(part))
    _, ended, after = rest.partition(end(part))
    return f"{before}{begun}\n{text}\n{ended}{after}" if begun and ended else page


def rewrite(*, page: Path = PAGE, folder: Path = FOLDER) -> None:
    """Of every part that has results."""
    text = page.read_text("utf-8")
    for file in sorted(folder.glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        if "part" in told:
            text = with_section(text, told["part"], section(told))
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    command(__doc__).parse_args()
    rewrite()
