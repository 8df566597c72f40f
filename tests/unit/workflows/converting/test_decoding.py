"""A text is decoded by its byte order mark, as UTF-8, or else as Windows-1252."""

from __future__ import annotations

import gzip

import pytest

from chalicelib.errors import BadRequest
from chalicelib.limits import FILE_BYTES
from workflows.converting.decoding import decoded

TEXT = "größe,h\n1,2\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("latin-1", "Windows-1252"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_has(encoding: str, told: str) -> None:
    body = TEXT.encode(encoding)

    assert decoded("a.csv", body) == decoded("a.csv", gzip.compress(body)) == (TEXT, told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"PK\x03\x04...", "is a zip file, as an Excel workbook is one: save it as CSV"),
        (b"a,b\n1,\x00\n", "is not a text: it holds a NUL byte: save it as CSV"),
        (b"a\x00\x00\x00b\x00\x00\x00", "is not a text: it holds a NUL byte: save it as CSV"),
        (b"a\x00,\x00b", "is not a text: it holds a NUL byte: save it as CSV"),
        (b"\xef\xbb\xbfa,\xff\n", "begins as UTF-8, and is none"),
        (b"\x1f\x8b...", "is a corrupt gzip file"),
        (gzip.compress(b"a,b\n" * 100)[:-9], "is a corrupt gzip file"),
        (gzip.compress(b"a,b\n")[:10] + b"\xff" * 20, "is a corrupt gzip file"),
    ],
)
def test_what_is_no_text_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(BadRequest, match=told):
        decoded("a.csv", body)


def test_what_is_too_large_for_a_run_is_refused() -> None:
    packed = gzip.compress(bytes(FILE_BYTES + 1), compresslevel=1)

    with pytest.raises(BadRequest, match="is too large: a run reads"):
        decoded("a.csv", packed)
