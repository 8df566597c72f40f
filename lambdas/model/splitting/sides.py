"""Tells which rows of a file are held out, by the rules that look at more than the rows' classes."""

from __future__ import annotations

import numpy as np

from lambdas.model.arrays import Integers
from lambdas.model.splitting.days import day_of, read_days
from lambdas.model.splitting.keys import read_keys
from lambdas.model.splitting.split import DATED, NIGHTLY, Draw, Mask, is_held_out


def held_out(name: str, *, text: bytes, draw: Draw, rows: int, model: str) -> Mask | None:
    """(n,): of the n rows of an unpacked file; None where their classes alone decide. Raises a DataError."""
    if draw.rule == NIGHTLY:
        return np.full(rows, not draw.until)
    if draw.rule == DATED:
        return ~up_to(draw.until, days=read_days(name, text=text, column=draw.columns[0], model=model))
    keys = read_keys(name, text=text, draw=draw, model=model)
    return None if keys is None else is_held_out(keys, draw=draw)


def up_to(until: str, *, days: Integers) -> Mask:
    """(n,): whether a day is the date or earlier; none is without a date."""
    last = day_of(until)
    reached: Mask = np.zeros(len(days), dtype=np.bool_) if last is None else days <= last
    return reached
