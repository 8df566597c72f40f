"""Decodes a text file, by its byte order mark or by what its bytes can be."""

from __future__ import annotations

import codecs
import gzip
import zlib
from io import BytesIO

from chalicelib.errors import BadRequest
from chalicelib.limits import FILE_BYTES
from lambdas.model.reading.unpacking import GZIP_MAGIC, OTHER_KINDS, SIZE_IN_WORDS, UTF_16_AT_LEAST

UTF_8 = "UTF-8"
MARKED = {codecs.BOM_UTF8: UTF_8, codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32"} | {
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""Byte order marks; that of UTF-32 begins as that of UTF-16, so it is looked for first."""
WESTERN = "Windows-1252"
"""Which is Latin-1 with more letters. What is no UTF-8 is mostly this."""


def decoded(name: str, body: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding; raises BadRequest for what is no text, or too large."""
    text = _unzipped(name, body)
    if len(text) > FILE_BYTES:
        raise BadRequest(f"{name} is too large: {SIZE_IN_WORDS}")
    encoding = next((known for mark, known in MARKED.items() if text.startswith(mark)), None) or _unmarked(text)
    kind = None if encoding else next((kind for begin, kind in OTHER_KINDS.items() if text.startswith(begin)), None)
    if kind or (not encoding and b"\0" in text):
        raise BadRequest(f"{name} is {kind or 'not a text: it holds a NUL byte'}: save it as CSV")
    try:
        named = (encoding or UTF_8).removesuffix("-BE").removesuffix("-LE")
        return text.decode("utf-8-sig" if encoding in (None, UTF_8) else encoding), named
    except UnicodeDecodeError as exc:
        if encoding:
            raise BadRequest(f"{name} begins as {encoding}, and is none: {exc.reason}") from exc
    return text.decode("cp1252", errors="replace"), WESTERN


def _unmarked(text: bytes) -> str | None:
    """UTF-16 that does not say so, by where the bytes of its Latin letters are zero."""
    first, second = text[::2].count(0), text[1::2].count(0)
    if (
        first + second <= len(text) // UTF_16_AT_LEAST
        or len(text) % 2
        or min(first, second) > max(first, second) // 9
    ):
        return None
    return "UTF-16-BE" if first > second else "UTF-16-LE"


def _unzipped(name: str, body: bytes) -> bytes:
    if not body.startswith(GZIP_MAGIC):
        return body
    try:
        return gzip.GzipFile(fileobj=BytesIO(body)).read(FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise BadRequest(f"{name} is a corrupt gzip file") from exc
