"""Small made-up data sets for the model kdd99-http, good and bad."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

HEADER = "duration,src_bytes,dst_bytes,label"


def rows(*, normal: int = 3000, attacks: int = 600, seed: int = 1) -> list[str]:
    """Connections that the default recipe tells apart."""
    draw = random.Random(seed)
    good = [f"{draw.randint(0, 5)},{draw.randint(100, 400)},{draw.randint(200, 9000)},normal." for _ in range(normal)]
    bad = [
        f"{draw.randint(0, 5)},{draw.randint(54000, 55000)},{draw.randint(7300, 8400)},back." for _ in range(attacks)
    ]
    return good + bad


def noise(*, count: int = 3000, seed: int = 2) -> list[str]:
    """Labels that have nothing to do with the features: no model passes the gate on them."""
    draw = random.Random(seed)
    return [
        f"0,{draw.randint(0, 60000)},{draw.randint(0, 9000)},{draw.choice(('normal.', 'back.'))}"
        for _ in range(count)
    ]


def write(path: Path, lines: list[str]) -> Path:
    """A CSV file, compressed if the name says so."""
    text = "\n".join([HEADER, *lines]) + "\n"
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())
    return path
