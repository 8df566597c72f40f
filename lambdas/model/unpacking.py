"""An object's bytes -> the bytes of a CSV file: gzip taken off, proved to be text. Its name decides nothing."""

from __future__ import annotations

import gzip
import shlex
import zlib

from chalicelib.errors import ObjectUnreadable

GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def way_out(name: str, *, model: str) -> str:
    """What to do about an object that cannot be used."""
    return f"Correct the file, or take it out: nightswap data remove {shlex.quote(name)} --model {model}"


def unreadable(name: str, *, model: str, why: str) -> ObjectUnreadable:
    """The error of an object that is no CSV file."""
    return ObjectUnreadable(f"{name} {why}. {way_out(name, model=model)}", object=name)


def unpack(name: str, *, content: bytes, model: str) -> bytes:
    """UTF-8 text without a byte order mark; raises ObjectUnreadable."""
    if not content:
        raise unreadable(name, model=model, why="is empty (0 bytes)")
    text = _unzip(name, content=content, model=model) if content.startswith(GZIP_MAGIC) else content
    if not text:
        raise unreadable(name, model=model, why="is a gzip file of nothing")
    _check_text(name, text=text, model=model)
    return text.removeprefix(BYTE_ORDER_MARK)


def _unzip(name: str, *, content: bytes, model: str) -> bytes:
    try:
        return gzip.decompress(content)
    except EOFError as exc:
        raise unreadable(name, model=model, why=f"is a truncated gzip file ({len(content):,} bytes)") from exc
    except (gzip.BadGzipFile, zlib.error) as exc:
        raise unreadable(name, model=model, why=f"is a corrupt gzip file ({exc})") from exc


def _check_text(name: str, *, text: bytes, model: str) -> None:
    if b"\0" in text:
        raise unreadable(
            name, model=model, why=f"is not a text: {_line_of(text, position=text.index(0))} holds a NUL byte"
        )
    if text.isascii():  # as most are: it takes no memory
        return
    try:
        text.decode()
    except UnicodeDecodeError as exc:
        where = _line_of(text, position=exc.start)
        raise unreadable(
            name, model=model, why=f"is not UTF-8: {where} holds the byte 0x{text[exc.start]:02x}"
        ) from exc


def _line_of(text: bytes, *, position: int) -> str:
    line = text.count(b"\n", 0, position) + 1
    return f"line {line}"
