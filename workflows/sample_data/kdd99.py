"""Downloads the real data: keeps the http connections of KDD Cup 1999 while its archive streams by.

The archive is 18 MB of gzip and 743 MB of text; neither is ever whole in memory. Source: Stolfo, Fan, Lee,
Prodromidis, Chan (1999), UCI Machine Learning Repository, doi 10.24432/C51C7N.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import SampleUnavailable
from workflows.sample_data import csv_file
from workflows.sample_data.download import Patience, Progress, download

FIELDS = 42
DURATION, SERVICE, SRC_BYTES, DST_BYTES, LOGGED_IN, LABEL = 0, 2, 4, 5, 11, 41
"""Positions in a line of the archive. Source: kddcup.names beside it; the label comes last."""
REPORT_EVERY_LINES = 100_000


@dataclass(frozen=True)
class Archive:
    """Where the archive lies, and which file it must be."""

    url: str
    sha256: str


KDD99 = Archive(
    # Source: ARCHIVE in sklearn/datasets/_kddcup99.py, a module that takes a second to import.
    url="https://ndownloader.figshare.com/files/5976045",
    sha256="3b6c942aa0356c0ca35b7b595a26c89d343652c9db428893e7494f837b274292",
)


def fetch(archive: Archive, target: Path, *, progress: Progress, patience: Patience) -> None:
    """Download the archive and write its http connections to `target`.

    Raises SampleUnavailable; neither `target` nor a temporary file is there then.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as folder:
        packed = Path(folder) / "archive.gz"
        download(archive.url, packed, sha256=archive.sha256, progress=progress, patience=patience)
        _write(packed, target, named=archive.url, progress=progress)


def write(archive: Archive, packed: Path, target: Path, *, progress: Progress) -> None:
    """The same from the archive as a file; raises SampleUnavailable for another one, or one that cannot be read."""
    try:
        with packed.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise SampleUnavailable(f"{packed} cannot be read: {exc.strerror}") from exc
    if found != archive.sha256:
        raise SampleUnavailable(f"{packed} is another file: got SHA-256 {found}, expected {archive.sha256}")
    _write(packed, target, named=str(packed), progress=progress)


def _write(packed: Path, target: Path, *, named: str, progress: Progress) -> None:
    try:
        csv_file.write(target, http_rows(_lines(packed, progress=progress)))
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise SampleUnavailable(f"{named} is not a whole gzip file: {exc}") from exc


def http_rows(lines: Iterable[bytes]) -> Iterator[bytes]:
    r"""The CSV rows of those connections that scikit-learn's subset "http" holds, with raw numbers.

    Raises SampleUnavailable at a line that has not 42 fields.

    >>> line = b"0,tcp,http,SF,215,45076,0,0,0,0,0,1" + b",0" * 29 + b",normal.\n"
    >>> list(http_rows([line]))
    [b'0,215,45076,normal.\n']
    """
    for number, line in enumerate(lines, start=1):
        if b",http," not in line:  # seven of eight lines are not looked into any further
            continue
        fields = line.rstrip().split(b",")
        if len(fields) != FIELDS:
            raise SampleUnavailable(f"line {number} of the archive has {len(fields)} fields, expected {FIELDS}")
        if fields[SERVICE] == b"http" and fields[LOGGED_IN] == b"1":
            yield b",".join((fields[DURATION], fields[SRC_BYTES], fields[DST_BYTES], fields[LABEL])) + b"\n"


def _lines(packed: Path, *, progress: Progress) -> Iterator[bytes]:
    """The lines of the archive; progress is told in bytes of the packed file."""
    size_bytes = packed.stat().st_size
    with packed.open("rb") as raw, gzip.open(raw) as lines:
        for number, line in enumerate(lines):
            if number % REPORT_EVERY_LINES == 0:
                progress("reading", raw.tell(), size_bytes)
            yield line
    progress("reading", size_bytes, size_bytes)
