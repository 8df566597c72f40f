"""Answers of HTTP/1.1, whole and broken, in whatever pieces they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.signed.exchange import HEAD_BYTES, HEAD_LINES, Garbled, HttpAnswer, NothingCame, receive

COUNTED = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length:  4 \r\n\r\nbody'
CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4\r\nbody\r\nA;a=b\r\n, and more\r\n0\r\nX-Late: yes\r\n\r\n"
)


def came(*pieces: bytes) -> HttpAnswer:
    left = iter(pieces)
    return receive(lambda: next(left, b""))


def test_counted_body_is_read_to_its_end() -> None:
    assert came(COUNTED) == HttpAnswer(200, {"etag": '"1"', "content-length": "4"}, b"body")


@given(st.data())
def test_answer_is_the_same_in_whatever_pieces_it_comes(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([COUNTED, CHUNKED]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1))))
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    assert came(*pieces) == came(whole)


def test_chunks_are_put_together() -> None:
    found = came(CHUNKED)

    assert (found.status, found.body, found.is_last) == (404, b"body, and more", False)


def test_body_without_a_length_ends_with_the_connection() -> None:
    found = came(b"HTTP/1.1 200\r\n\r\nbo", b"dy")

    assert (found.body, found.is_last) == (b"body", True)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_status_without_a_body_ends_with_its_head(status: bytes) -> None:
    found = came(b"HTTP/1.1 " + status + b"\r\n\r\n")

    assert (found.body, found.is_last) == (b"", False)


def test_status_that_announces_another_is_passed_over() -> None:
    assert came(b"HTTP/1.1 100 Continue\r\n\r\n" + COUNTED) == came(COUNTED)


@pytest.mark.parametrize(
    "last",
    [
        COUNTED.replace(b"HTTP/1.1", b"HTTP/1.0"),
        COUNTED.replace(b"\r\n\r\n", b"\r\nConnection: Close\r\n\r\n"),
        COUNTED + b"what nobody asked for",
    ],
)
def test_connection_ends_with_an_answer_that_says_so_or_says_too_much(last: bytes) -> None:
    found = came(last)

    assert (found.body, found.is_last) == (b"body", True)


def test_connection_that_is_closed_at_once_says_that_nothing_came() -> None:
    with pytest.raises(NothingCame):
        came()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (COUNTED[:-1], "too early"),
        (COUNTED[:20], "too early"),
        (CHUNKED[:-2], "too early"),
        (b"HTTP/2 200\r\n\r\n", "no status"),
        (b"HTTP/1.1 99\r\n\r\n", "no status"),
        (b"HTTP/1.1 600\r\n\r\n", "no status"),
        (b"HTTP/1.1 +20\r\n\r\n", "is none"),
        (b"\r\n\r\n", "is none"),
        (b"HTTP/1.1 200\r\nno header\r\n\r\n", "no value"),
        (b"HTTP/1.1 200\r\nContent-Length: -1\r\n\r\n", "is none"),
        (b"HTTP/1.1 200\r\nContent-Length: 99999999999\r\n\r\n", "is none"),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: gzip\r\n\r\n", "not asked for"),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\nbody\r\n", "no size"),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbody\r\n0\r\n\r\n", "longer than its size"),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * HEAD_LINES, "too many"),
        (b"HTTP/1.1 200\r\n" + b"a: b\r\n" * HEAD_LINES, "too many"),
        (b"HTTP/1.1 200\r\n" + b"a" * (HEAD_BYTES + 1), "too long"),
    ],
)
def test_broken_answer_is_garbled(broken: bytes, said: str) -> None:
    with pytest.raises(Garbled, match=said):
        came(broken)
