"""Reads a file of whatever length, record by record, as a batch reads one that fits into a function.

What is no gzip file or no UTF-8 is told in the same words, once the reader comes to it.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, Any

from chalicelib.batches import batch_arrays, batch_requests
from chalicelib.batches.batch_arrays import Content
from chalicelib.batches.batch_chunks import BatchRecord
from chalicelib.errors import CommandFailed, ObjectUnreadable
from chalicelib.registry.manifest import Manifest
from lambdas import batch_records, recipes
from lambdas.batch_records import BYTE_ORDER_MARK, NPY, Truth

Source = IO[bytes] | gzip.GzipFile
PIECE_BYTES = 1_000_000
"""That are read at a time."""


def check(file: Path) -> None:
    """Raises CommandFailed for a file that there is not, or of a form that no batch reads."""
    if not file.name.endswith(batch_requests.FORMS):
        raise CommandFailed(f"{file.name} cannot be scored: expected a file {', '.join(batch_requests.FORMS)}")
    if not file.is_file():
        raise CommandFailed(f"there is no file {file}")


def records(file: Path, *, manifest: Manifest) -> Iterator[BatchRecord]:
    """In the order of the file, with the true classes that the model's recipe here knows; raises ObjectUnreadable."""
    recipe = recipes.load(manifest.model)
    truth = Truth(recipe.label, recipe.class_of)
    with file.open("rb") as opened:
        if file.suffix == NPY:
            rows = batch_arrays.read(_mapped(opened), named=file.name)
            yield from batch_records.rows_in(rows, key=file.name, manifest=manifest)
            return
        source: Source = gzip.GzipFile(fileobj=opened) if file.suffix == ".gz" else opened
        text = io.BufferedReader(Text(source, named=file.name), PIECE_BYTES)
        yield from batch_records.records_of(text, key=file.name, manifest=manifest, truth=truth)


def _mapped(opened: IO[bytes]) -> Content:
    """The file where it lies; no file that is empty can be mapped."""
    return mmap(opened.fileno(), 0, access=ACCESS_READ) if opened.seek(0, io.SEEK_END) else b""


class Text(io.RawIOBase):
    """UTF-8 without a byte order mark; raises ObjectUnreadable where it is none."""

    def __init__(self, source: Source, *, named: str) -> None:
        self._source, self._named = source, named
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._count = 0
        """Bytes that were read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._read(len(buffer))
        if self._count == len(piece):  # the first one
            piece = piece.removeprefix(BYTE_ORDER_MARK) or self._read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def _read(self, size: int) -> bytes:
        try:
            piece = self._source.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
            raise ObjectUnreadable(f"{self._named} is a truncated or corrupt gzip file") from exc
        pending = len(self._decoder.getstate()[0])
        if pending or not piece.isascii() or not piece:
            try:
                self._decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as exc:
                at = self._count - pending + exc.start
                raise ObjectUnreadable(f"{self._named} is not UTF-8 from byte {at:,} on: save it in UTF-8") from exc
        self._count += len(piece)
        return piece
