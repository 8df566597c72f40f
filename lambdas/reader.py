"""Tells by which code an object becomes rows: what another code made of it is not used.

No number is kept by hand that somebody could forget to raise. The price is that all objects are read anew after a
release that touches one of these files, be it in a comment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lambdas.model.reading.plain import LIBRARIES

FOLDER = Path(__file__).parent
CODE = (
    "archives.py",
    "extents.py",
    "model/arrays.py",
    "model/data/part.py",
    "model/data/preparation.py",
    "model/data/repeats.py",
    "model/data/sums.py",
    "model/reading",
    "model/splitting",
    "packing.py",
    "parts.py",
    "pieces.py",
    "serve/dates.py",
    "serve/schema.py",
    "serve/seldom/array_columns.py",
    "serve/seldom/date_texts.py",
)
"""Files and folders below `FOLDER`."""


@cache
def sha256() -> str:
    """In hexadecimal, of the code and of the releases of the libraries that read numbers and add them up."""
    return of_code(FOLDER, libraries=LIBRARIES)


def of_code(folder: Path, *, libraries: str) -> str:
    """The same of the code below another folder."""
    digest = hashlib.sha256(libraries.encode())
    for file in files(folder):
        body = file.read_bytes()
        digest.update(f"\n{file.relative_to(folder).as_posix()} {len(body)}\n".encode() + body)
    return digest.hexdigest()


def files(folder: Path) -> Iterator[Path]:
    for name in CODE:
        yield from [folder / name] if name.endswith(".py") else sorted((folder / name).glob("*.py"))
