"""Draws a confusion matrix as SVG: rows true, columns predicted, each cell as dark as it is full.

What is right is blue, by its share of its true class. Errors are orange, by their share of the largest error: beside
what is right even the worst of a good model would hardly be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from chalicelib.cutting import cut

CELL, MARGIN, LETTER = 44, 12, 8
"""Points: a cell's side, what is left free around all, and about the width of a letter."""
NAME_AT_MOST = 24
RIGHT, WRONG = (8, 81, 156), (166, 54, 3)
"""Red, green and blue of a full cell; an empty one is white."""
DARK = 0.5
"""A cell that is fuller has white letters."""
AXES = "true classes down, predicted across"


def svg(classes: Sequence[str], matrix: Sequence[Sequence[float]], *, title: str) -> str:
    """The picture of counts as a file of text, which browsers show."""
    names = [cut(name, NAME_AT_MOST) for name in classes]
    left = MARGIN * 2 + LETTER * max(map(len, names))
    is_narrow = max(map(len, names)) * LETTER > CELL
    top = MARGIN * 5 + (left if is_narrow else CELL // 2)
    width, height = left + CELL * len(names) + MARGIN, top + CELL * len(names) + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="{2 * MARGIN}" font-weight="bold">{escape(title)}</text>',
        f'<text x="{MARGIN}" y="{MARGIN * 3.5:g}">{AXES}</text>',
        *_names(names, left=left, top=top, is_narrow=is_narrow),
        *_cells(classes, matrix, left=left, top=top),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _names(names: Sequence[str], *, left: int, top: int, is_narrow: bool) -> Iterator[str]:
    for place, name in enumerate(names):
        middle = place * CELL + CELL // 2
        yield f'<text x="{left - MARGIN}" y="{top + middle + 5}" text-anchor="end">{escape(name)}</text>'
        x, y = left + middle, top - MARGIN // 2
        turned = f' text-anchor="start" transform="rotate(-90 {x + 5} {y})"' if is_narrow else ' text-anchor="middle"'
        yield f'<text x="{x + 5 if is_narrow else x}" y="{y}"{turned}>{escape(name)}</text>'


def _cells(classes: Sequence[str], matrix: Sequence[Sequence[float]], *, left: int, top: int) -> Iterator[str]:
    worst = max(
        (count for row, counts in enumerate(matrix) for column, count in enumerate(counts) if row != column),
        default=0,
    )
    for row, (true, counts) in enumerate(zip(classes, matrix, strict=True)):
        for column, (predicted, count) in enumerate(zip(classes, counts, strict=True)):
            of, colour = (sum(counts), RIGHT) if row == column else (worst, WRONG)
            share = count / of if of else 0.0
            x, y = left + column * CELL, top + row * CELL
            said = f"true {true}, predicted {predicted}: {count:,} of {sum(counts):,}"
            yield (
                f'<g><title>{escape(said)}</title><rect x="{x}" y="{y}" width="{CELL}" height="{CELL}"'
                f' fill="{_mixed(colour, share)}" stroke="#cccccc"/>'
                f'<text x="{x + CELL // 2}" y="{y + CELL // 2 + 5}" text-anchor="middle"'
                f' fill="{"white" if share > DARK else "black"}">{_short(count)}</text></g>'
            )


def _mixed(colour: tuple[int, int, int], share: float) -> str:
    """From white to the colour.

    >>> _mixed(RIGHT, 0), _mixed(RIGHT, 1)
    ('#ffffff', '#08519c')
    """
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in colour)


def _short(count: float) -> str:
    """As many digits as a cell has room for.

    >>> [_short(each) for each in (0, 412, 9_999, 113_058, 4_000_000)]
    ['0', '412', '9999', '113k', '4M']
    """
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= max(unit, 10_000):
            return f"{count / unit:.0f}{letter}"
    return f"{count:g}"
