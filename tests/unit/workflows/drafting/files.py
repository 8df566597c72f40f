"""Files of made-up rows, which a linear model can learn."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence

from workflows.checking.file import Content

Row = Callable[[random.Random, int], Sequence[object]]


def content(rows: Sequence[Sequence[object]], *, name: str = "loans.csv") -> Content:
    """The first row is the header."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return Content(name, written.getvalue().encode())


def loans(count: int = 400, *, columns: Sequence[str] = (), row: Row | None = None, seed: int = 5) -> Content:
    """Loans that are paid where the income is high, mostly; `row` adds cells for further columns."""
    draw = random.Random(seed)
    rows: list[Sequence[object]] = [["age", "income", "housing", *columns, "paid"]]
    for number in range(count):
        income = draw.randint(5_000, 100_000)
        paid = income > draw.randint(25_000, 45_000)
        more = row(draw, number) if row else ()
        rows.append([draw.randint(18, 90), income, draw.choice(("own", "rent")), *more, "yes" if paid else "no"])
    return content(rows)
