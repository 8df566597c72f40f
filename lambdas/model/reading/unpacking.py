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
    b"ARROW1": "an Arrow file",
    b"ORC": "an ORC file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "an array of NumPy",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Excel workbook of before 2007",
    b"SQLite format 3": "a database of SQLite",
    b"7z\xbc\xaf": "a 7-Zip file",
    b"Rar!": "a RAR file",
    b"%PDF": "a PDF document",
    GZIP_MAGIC: "a gzip file in a gzip file",
}
"""File types that are not text, by their first bytes."""
SAVE_IN_UTF_8 = "save it as CSV in UTF-8"
SIZE_IN_WORDS = (
    f"a run reads {FILE_BYTES:,} bytes of one file at most, unpacked. Split it into files, each with the header"
)
UTF_16_AT_LEAST = 4
"""A text in UTF-16 without a byte order mark has a NUL byte in four or more: nearly one in two, in most languages."""
BESIDE = 20
"""Bytes that are shown on each side of one that is no text."""
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
        is_utf_16 = text.count(0) > len(text) // UTF_16_AT_LEAST
        way = (
            f"it looks like UTF-16 without its mark: {SAVE_IN_UTF_8}" if is_utf_16 else "write it without such bytes"
        )
        return f"is not a text: {_place_of(text, text.index(0), what='a NUL byte')}: {way}"
    if text.isascii():  # as most are: it takes no memory
        return None
    try:
        text.decode()
    except UnicodeDecodeError as exc:
        return (
            f"is not UTF-8: {_place_of(text, exc.start, what=f'the byte 0x{text[exc.start]:02x}')}: {SAVE_IN_UTF_8}"
        )
    return None


def _place_of(text: bytes, position: int, *, what: str) -> str:
    """Where a byte stands, with the characters around it, and its column where the header tells it.

    >>> _place_of(b"age,city\\n40,K\\xf6ln\\n", 13, what="the byte 0xf6")
    "line 2 holds the byte 0xf6 in 'K\\\\xf6ln' of column city"
    """
    line = text.count(b"\n", 0, position) + 1
    begin, end = text.rfind(b"\n", 0, position) + 1, (text.find(b"\n", position) + 1 or len(text))
    before, after = text[begin:position].split(b","), text[position:end].rstrip(b"\r\n").split(b",")
    cell = before[-1][-BESIDE:] + after[0][: BESIDE + 1]
    names = text[: text.find(b"\n")].strip(b"\r").split(b",")
    is_told = 1 < len(names) == len(before) + len(after) - 1 and b'"' not in text[begin:end] and begin > 0
    column = f" of column {_shown(names[len(before) - 1].strip())}" if is_told else ""
    return f"line {line:,} holds {what} in '{_shown(cell)}'{column}"


def _shown(text: bytes) -> str:
    shown = text.decode(errors="backslashreplace")
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in shown)
