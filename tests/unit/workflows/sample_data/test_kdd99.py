"""Which lines of the archive become rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import SampleUnavailable
from workflows.sample_data.kdd99 import http_rows


def line(*, service: str = "http", logged_in: str = "1", numbers: tuple[int, int, int] = (0, 1, 2)) -> bytes:
    duration, src_bytes, dst_bytes = map(str, numbers)
    head = [duration, "tcp", service, "SF", src_bytes, dst_bytes, "0", "0", "0", "0", "0", logged_in]
    return ",".join([*head, *["0.00"] * 29, "normal."]).encode() + b"\n"


@given(st.lists(st.tuples(st.sampled_from(["http", "smtp", "http_443"]), st.sampled_from("01")), max_size=20))
def test_only_http_connections_that_logged_in_are_kept_in_order(connections: list[tuple[str, str]]) -> None:
    lines = [
        line(service=service, logged_in=logged_in, numbers=(position, 0, 0))
        for position, (service, logged_in) in enumerate(connections)
    ]

    rows = list(http_rows(lines))

    wanted = [position for position, each in enumerate(connections) if each == ("http", "1")]
    assert rows == [f"{position},0,0,normal.\n".encode() for position in wanted]


def test_http_in_another_column_is_not_the_service() -> None:
    smtp = line(service="smtp").replace(b",SF,", b",http,")

    assert list(http_rows([smtp])) == []


def test_line_ends_of_windows_are_read_too() -> None:
    assert list(http_rows([line().replace(b"\n", b"\r\n")])) == [b"0,1,2,normal.\n"]


def test_line_with_a_field_too_many_is_named() -> None:
    with pytest.raises(SampleUnavailable, match="line 2 of the archive has 43 fields, expected 42"):
        list(http_rows([line(), line().replace(b",SF,", b",SF,SF,")]))
