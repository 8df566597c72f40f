"""Tells which rows of a file are held out, by the rules that look at more than the rows' classes."""

from __future__ import annotations

import numpy as np

from lambdas.model.splitting.days import read_days, up_to
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
