"""Turns an object's bytes into the bytes of a CSV file: unzips gzip and checks that it is text. Its name decides
nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import shlex
import zlib

from chalicelib.errors import ObjectUnreadable
from chalicelib.limits import FILE_BYTES

GZIP_MAGIC = b"\x1f\x8b"
OTHER_KINDS = {
    b"PK\x03\x04": "a zip file, as an Excel workbook is one",
    b"\xff\xfe\0\0": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\0\0\xfe\xff": "UTF-32",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"PAR1": "a Parquet file",
    GZIP_MAGIC: "a gzip file in a gzip file",
}
"""File types that are not text, by their first bytes."""
SAVE_IN_UTF_8 = "save it as CSV in UTF-8"
SIZE_IN_WORDS = (
    f"a run reads {FILE_BYTES:,} bytes of one file at most, unpacked. Split it into files, each with the header"
)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def way_out(name: str, *, model: str) -> str:
    """The advice about an object that cannot be used."""
    return f"Correct the file, or take it out: nightswap data remove {shlex.quote(name)} --model {model}"


def unreadable(name: str, *, model: str, why: str) -> ObjectUnreadable:
    """The error of an object that is no CSV file."""
    return ObjectUnreadable(f"{name} {why}. {way_out(name, model=model)}", object=name)


def check_size(name: str, *, size_bytes: int, model: str) -> None:
    """Raises ObjectUnreadable for a file that is too large; called before the object is fetched."""
    if size_bytes > FILE_BYTES:
        raise unreadable(name, model=model, why=f"has {size_bytes:,} bytes: {SIZE_IN_WORDS}")


def unpack(name: str, *, content: bytes, model: str) -> bytes:
    """UTF-8 text without a byte order mark; raises ObjectUnreadable."""
    if not content:
        raise unreadable(name, model=model, why="is empty (0 bytes)")
    check_size(name, size_bytes=len(content), model=model)
    text = _unzip(name, content=content, model=model) if content.startswith(GZIP_MAGIC) else content
    if not text:
        raise unreadable(name, model=model, why="is an empty gzip file")
    _check_text(name, text=text, model=model)
    return text.removeprefix(BYTE_ORDER_MARK)


def digest(text: bytes) -> str:
    """SHA-256, in hexadecimal, of a text's lines: the kind of line end and blank lines at the end do not matter."""
    return digest_and_salt(text)[0]


def digest_and_salt(text: bytes) -> tuple[str, str]:
    """The digest; and what rows are drawn by: the SHA-256, in hexadecimal, of the text with LF behind every line. So
    copies of a text with other line ends are drawn alike.
    """
    lines = hashlib.sha256(_lines(text))
    digest = lines.hexdigest()
    lines.update(b"\n")
    return digest, lines.hexdigest()


def ends_each_line_alike(text: bytes) -> bool:
    """Whether there is one LF behind each line, so that the salt is the SHA-256 of the text itself."""
    return text.endswith(b"\n") and not text.endswith(b"\n\n") and b"\r" not in text


def _lines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


def _unzip(name: str, *, content: bytes, model: str) -> bytes:
    try:
        # Not by gzip.decompress, which copies the rest of the file for each of its members.
        text = gzip.GzipFile(fileobj=io.BytesIO(content)).read(FILE_BYTES + 1)
    except EOFError as exc:
        raise unreadable(name, model=model, why=f"is a truncated gzip file ({len(content):,} bytes)") from exc
    except (gzip.BadGzipFile, zlib.error) as exc:
        raise unreadable(name, model=model, why="is a corrupt gzip file") from exc
    if len(text) > FILE_BYTES:  # how many more is not known: a small file can hold no end of them
        why = f"is a gzip file of {len(content):,} bytes that holds too many: {SIZE_IN_WORDS}"
        raise unreadable(name, model=model, why=why)
    return text


def _check_text(name: str, *, text: bytes, model: str) -> None:
    why = _no_text(text)
    if why:
        kind = next((kind for begin, kind in OTHER_KINDS.items() if text.startswith(begin)), None)
        raise unreadable(name, model=model, why=f"is {kind}: {SAVE_IN_UTF_8}" if kind else why)


def _no_text(text: bytes) -> str | None:
    if b"\0" in text:
        return f"is not a text: {_line_of(text, position=text.index(0))} holds a NUL byte"
    if text.isascii():  # as most are: it takes no memory
        return None
    try:
        text.decode()
    except UnicodeDecodeError as exc:
        where = _line_of(text, position=exc.start)
        return f"is not UTF-8: {where} holds the byte 0x{text[exc.start]:02x}: {SAVE_IN_UTF_8}"
    return None


def _line_of(text: bytes, *, position: int) -> str:
    line = text.count(b"\n", 0, position) + 1
    return f"line {line}"
