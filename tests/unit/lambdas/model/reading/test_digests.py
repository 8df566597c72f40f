"""A text's lines have a digest, and its rows are drawn by a salt, whatever ends the lines."""

from __future__ import annotations

import hashlib

from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.model.reading.unpacking import digest, digest_and_salt, ends_each_line_alike

pieces = st.sampled_from([b"a", b"1,2", b"\n", b"\r\n", b"\r", b" "])
texts = st.lists(pieces, max_size=8).map(b"".join)


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


@given(text=texts)
def test_digest_and_salt_are_of_the_lines_without_and_with_an_end(text: bytes) -> None:
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")

    assert digest_and_salt(text) == (sha256(lines), sha256(lines + b"\n"))
    assert digest(text) == sha256(lines)


@given(text=texts)
@example(text=b"a\nb\n")
@example(text=b"a\nb\n\n")
@example(text=b"a\r\n")
@example(text=b"a")
@example(text=b"\n")
@example(text=b"")
def test_a_text_with_one_lf_behind_each_line_has_its_own_sha256_as_salt_and_no_other_has(text: bytes) -> None:
    assert ends_each_line_alike(text) == (digest_and_salt(text)[1] == sha256(text))
