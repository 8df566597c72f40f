"""Formats what commands show: JSON for programs, tables and sentences for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.progress import DownloadColumn, Progress, TaskID
from rich.table import Table
from rich.text import Text

from chalicelib import exact
from chalicelib.quality.interval import Interval
from chalicelib.registry.report import Report
from chalicelib.runs import peaks

console = Console(highlight=False)

GOOD, BAD = "green", "red"
NEVER_BROKEN = {"run", "name", "when (UTC)", "when (UTC), kind", "now", "kind", "version"}
"""Columns of names that are copied from the screen, and of short words."""
SPACES = "  "
"""Between two columns."""
AS_ABOVE = "as above"
NAME_WIDTH_MIN = 10
"""Of a rule, and of a class, however narrow the screen is."""
MATRIX, AXES = "confusion matrix of the holdout", "true classes down, predicted across"


def show_json(document: Any) -> None:
    """With the letters that the screen has; where it lacks one, or a text is no whole one, all others are escaped."""
    plain = json.dumps(document, indent=2, default=str, ensure_ascii=False)
    try:
        plain.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        plain = json.dumps(document, indent=2, default=str)
    click.echo(plain)


def say(line: str, *, screen: Console = console) -> None:
    """A line as it is: what a screen would take for its own marks is shown, and it is broken nowhere."""
    screen.print(line, markup=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table whose numbers stand to the right."""
    drawn = Table(
        title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
    )
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        drawn.add_column(
            Text(column), justify="right" if numeric else "left", overflow="fold", no_wrap=column in NEVER_BROKEN
        )
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text("-" if cell is None else str(cell)) for cell in row))
    console.print(drawn)


def table_in_parts(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table of numbers, as wide as the screen: the first column stands before each part of the others that fits.

    A heading has several lines where that makes room, and is broken within a word where one is wider than the screen.
    """
    cells = [["-" if cell is None else str(cell) for cell in column] for column in zip(*rows, strict=True)]
    of_cells = [max(map(len, column)) for column in cells]
    widths = [max(len(name), width) for name, width in zip(columns, of_cells, strict=True)]
    if sum(widths) + len(SPACES) * (len(widths) - 1) > console.width:
        words = [max(map(len, name.split())) for name in columns]
        widths = [max(each) for each in zip(words, of_cells, strict=True)]
    first, others = widths[0], list(range(1, len(columns)))
    console.print(Text(title, style="bold"))
    while others:
        room, fitting = console.width - first, 0
        while fitting < len(others) and (not fitting or room >= len(SPACES) + widths[others[fitting]]):
            room -= len(SPACES) + widths[others[fitting]]
            fitting += 1
        shown, others = [0, *others[:fitting]], others[fitting:]
        drawn = Table(box=None, pad_edge=False, padding=(0, len(SPACES), 0, 0), header_style="bold")
        for place in shown:
            width = min(widths[place], console.width - first - len(SPACES)) if place else first
            drawn.add_column(Text(columns[place]), justify="right", overflow="fold", width=width)
        for row in zip(*(cells[place] for place in shown), strict=True):
            drawn.add_row(*map(Text, row))
        console.print(drawn)


def table_with_lines(columns: Sequence[str], rows: Sequence[tuple[Sequence[str | Text], Sequence[str]]]) -> None:
    """A table whose rows have lines below them, as wide as the screen; the last column takes what room is left."""
    cells = [columns, *(row for row, _ in rows)]
    *widths, last = (max(map(len, column)) for column in zip(*cells, strict=True))
    room = console.width - sum(widths) - len(SPACES) * len(columns)
    widths = [*widths, max(min(last, room), NAME_WIDTH_MIN)]
    _row(columns, widths=widths, style="bold")
    for row, lines in rows:
        _row(row, widths=widths)
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 2 * len(SPACES)), expand=False))


def confusion_matrix(report: Report) -> None:
    """As `matrix` shows it; nothing of a report without one."""
    if report.classes and report.matrix:
        matrix(MATRIX, report.classes, report.matrix)


def matrix(title: str, classes: Sequence[str], counts: Sequence[Sequence[Any]]) -> None:
    """Rows true, columns predicted, as wide as the screen.

    Where the names of the classes are too long for headings, the columns have their numbers; where there are too many
    of these too, each table has as many predicted classes as fit.
    """
    shown = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in of_class] for of_class in counts]
    rows = [[f"true {name}", *of_class] for name, of_class in zip(classes, shown, strict=True)]
    with_axes = f"{title}: {AXES}" if title else AXES
    for above, heading in ((title, "predicted {}"), (with_axes, "{}")):
        columns = ["", *(heading.format(name) for name in classes)]
        widths = [max(len(str(cell)) for cell in column) for column in zip(columns, *rows, strict=True)]
        if sum(widths) + len(SPACES) * (len(widths) - 1) <= console.width:
            if above:
                console.print(Text(above, style="bold"))
            table("", columns, rows)
            return
    _numbered_matrix(with_axes, classes, counts)


def _numbered_matrix(title: str, classes: Sequence[str], counts: Sequence[Sequence[Any]]) -> None:
    """With a number for each class, one space between columns, and no commas in the counts."""
    columns = [(str(number), *map(str, column)) for number, column in enumerate(zip(*counts, strict=True), start=1)]
    labels = [f"{number} {name}" for number, name in enumerate(classes, start=1)]
    console.print(Text(title, style="bold"))
    while columns:
        room, fitting = console.width - NAME_WIDTH_MIN, 0
        for column in columns:
            room -= 1 + max(map(len, column))
            if fitting and room < 0:
                break
            fitting += 1
        shown, columns = columns[:fitting], columns[fitting:]
        drawn = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
        taken = sum(1 + max(map(len, column)) for column in shown)
        drawn.add_column(
            "true", overflow="fold", width=max(min(console.width - taken, max(map(len, labels))), NAME_WIDTH_MIN)
        )
        for number, *_ in shown:
            drawn.add_column(number, justify="right", no_wrap=True)
        for place, label in enumerate(labels):
            drawn.add_row(Text(label), *(column[1 + place] for column in shown))
        console.print(drawn)


def verdict(judged: dict[str, Any]) -> None:
    """Every rule with what came of it, its value and its bound; below it, as wide as the screen, what that means.
    A reason of several rules stands below the first of them."""
    header = Text(), "rule", "value", "bound"
    rows = [(_mark(rule), str(rule["name"]), *_value_and_bound(rule)) for rule in judged["rules"]]
    mark, name, *others = (max(map(len, column)) for column in zip(header, *rows, strict=True))
    room = console.width - mark - sum(others) - len(SPACES) * len(others) - len(SPACES)
    widths = [mark, max(min(name, room), NAME_WIDTH_MIN), *others]
    console.print(Text("verdict", style="bold"))
    _row(header, widths=widths, style="bold")
    told: set[str] = set()
    for rule, row in zip(judged["rules"], rows, strict=True):
        _row(row, widths=widths)
        reason = "" if rule["passed"] else str(rule["reason"])
        for line in [AS_ABOVE] if reason in told else _below(rule):
            console.print(Padding(Text(line), (0, 0, 0, mark + 2 * len(SPACES)), expand=False))
        told.update(filter(None, [reason]))


def where_the_time_went(run: dict[str, Any]) -> None:
    """State by state: waiting for the function to start (its imports included), working, and the memory it took.

    That is told with the memory its function has, in Lambda's MB of 2**20 bytes.
    """
    rows, before = [], run["started_at"]
    for state in run["states"]:
        begun = state.get("started_at", before)
        starting = f"{_milliseconds_between(before, begun):,} ms"
        working = f"{state['duration_ms']:,} ms" if "duration_ms" in state else "-"
        rows.append([state["state"], starting, working, peaks.in_words(state) or "-"])
        before = state.get("finished_at", begun)
    if run["finished_at"]:
        ending = _milliseconds_between(before, run["finished_at"])
        recorded_on_the_way = ending < 0  # a broken run's last state records how it ended
        rows.append([run["outcome"], "-" if recorded_on_the_way else f"{ending:,} ms", "-", "-"])
    table("where the time went", ["state", "starting", "working", "peak memory"], rows)


def damage(found: Sequence[str]) -> None:
    """Documents that could not be read, a line for each, with advice."""
    for each in found:
        console.print(f"[{BAD}]![/] ", end="")
        say(each)


@contextmanager
def byte_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Yields what draws a bar when it is told what is being done, how many bytes are done, and of how many."""
    with Progress(*Progress.get_default_columns(), DownloadColumn(), console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(doing: str, done_bytes: int, total_bytes: int | None) -> None:
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing, total=None)
            bars.update(tasks[doing], completed=done_bytes, total=total_bytes)

        yield tell


@contextmanager
def counting(doing: str) -> Iterator[Callable[[str, int, int], None]]:
    """Yields what shows how far something came when it is told what is being done, how many are done, of how many."""
    with console.status(doing) as status:
        yield lambda what, done, total: status.update(f"{what}: {done:,} of {total:,}" if total else what)


def number(value: Any) -> str:
    """Six digits of a ratio, all of a count.

    >>> number(0.9886877828), number(113_058), number(None)
    ('0.988688', '113,058', '-')
    """
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else f"{value:,}"


def _value_and_bound(rule: dict[str, Any]) -> tuple[str, str]:
    value, bound = rule["value"], rule["bound"]
    said = number(value), number(bound)
    if value != bound and said[0] == said[1]:
        said = exact.shown(value, bound)
    return said[0], f"{rule['direction']} {said[1]}" if bound is not None else "-"


def _row(cells: Sequence[str | Text], *, widths: Sequence[int], style: str = "") -> None:
    """A row of a table whose columns have these widths; a longer cell is broken."""
    row = Table.grid(padding=(0, len(SPACES), 0, 0))
    for width in widths:
        row.add_column(width=width, overflow="fold", style=style)
    row.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
    console.print(row)


def _below(rule: dict[str, Any]) -> Sequence[str]:
    """The reason of a rule that failed or has no bound; of any other the ends that the true value is between."""
    if not rule["passed"] or rule["bound"] is None:
        return [str(rule["reason"])]
    true = rule.get("interval")
    return Interval.of(true).lines if true else ()


def _mark(rule: dict[str, Any]) -> Text:
    if rule["passed"]:
        return Text("pass", style=GOOD)
    return Text("FAIL" if rule.get("enough_rows", True) else "not proved", style=BAD)


def _milliseconds_between(earlier: str | None, later: str | None) -> int:
    if earlier is None or later is None:  # nobody asked for the run through us
        return 0
    return round(1000 * (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())
