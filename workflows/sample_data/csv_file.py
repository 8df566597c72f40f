"""Writes the sample as a gzipped CSV file, whose bytes depend on its rows alone."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

HEADER = b"duration,src_bytes,dst_bytes,label\n"


def write(path: Path, rows: Iterable[bytes]) -> None:
    """Write the header and the rows, each a line with its newline, to `path`.

    The file appears under its name when it is whole; if `rows` raises, there is no file and no rest of one.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".partial-") as folder:
        partial = Path(folder) / path.name
        with partial.open("wb") as raw:
            # Neither name nor time go into gzip's header: the same rows give the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as packed:
                packed.write(HEADER)
                packed.writelines(rows)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
