"""Shows how good the live version was on each night's new rows, for nightswap history --quality."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice

from rich.text import Text

from chalicelib.documents import documents
from chalicelib.quality.night import Night, Ratio
from chalicelib.quality.series import Series
from workflows.cli.screen import BAD, SPACES, console, damage, say, show_json, table
from workflows.cli.sentences import sentence
from workflows.cli.stage import Stage

COLUMNS = ("night (UTC)", "version", "rows")


def show(stage: Stage, *, model: str, limit: int, as_json: bool) -> None:
    """The latest nights, newest first; a line for each where the screen is wide enough, else for each ratio."""
    series, told = Series(stage.edges, model), list[str]()
    read = (documents.readable(partial(series.night, each), told=told) for each in reversed(series.numbers()))
    nights = list(islice((each for each in read if each is not None), limit))
    if as_json:
        show_json([each.document for each in nights])
        return
    if nights:
        _table(f"the live version of {model} on new rows", nights)
    else:
        say(f"no new rows were scored by a live version of {model} yet: the next run with a new file does")
    damage(told)


def _table(title: str, nights: Sequence[Night]) -> None:
    names = list(dict.fromkeys(each.name for night in nights for each in night.ratios))
    headers = [name.replace(" of ", "\nof ") for name in names]
    found = [{each.name: each for each in night.ratios} for night in nights]
    rows: list[list[str | Text]] = [
        [*_night(night), *(_ratio(of.get(name)) for name in names)] for night, of in zip(nights, found, strict=True)
    ]
    columns = [*COLUMNS, *headers]
    if _width(columns, rows) > console.width:
        columns = [*COLUMNS, "ratio", ""]
        rows = [
            [*(_night(night) if place == 0 else ("", "", "")), each.name, _ratio(each)]
            for night in nights
            for place, each in enumerate(night.ratios)
        ]
    table(title, columns, rows)
    for each in nights:
        for ratio in each.fallen:
            sentence(f"{each.at[:10]}, version {each.model_version}: {ratio.name} {ratio.words}")


def _night(night: Night) -> tuple[str, str, str]:
    return night.at[:10], str(night.model_version), f"{night.rows:,}"


def _ratio(ratio: Ratio | None) -> Text:
    """The value with the ends that the true one is between, red where a fall is proved."""
    if ratio is None or ratio.value is None:
        return Text("-")
    true = ratio.interval
    ends = f" ({true.low:.3f} to {true.high:.3f})" if true else ""
    return Text(f"{ratio.value:.4f}{ends}", style=BAD if ratio.fell else "")


def _width(columns: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> int:
    widths = [
        max(*(len(line) for line in header.splitlines()), *(len(row[place]) for row in rows))
        for place, header in enumerate(columns)
    ]
    return sum(widths) + len(SPACES) * (len(widths) - 1)
