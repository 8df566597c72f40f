from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import limits
from chalicelib.api import doors
from chalicelib.errors import BadRequest, BodyTooLarge

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def parse(body: bytes) -> Any:
    return doors.parse(body, accepted="a form")


def nested(levels: int, opening: str) -> bytes:
    closing = "]" if opening == "[" else "}"
    return f"{opening * levels}1{closing * levels}".encode()


@pytest.mark.parametrize(("path", "most"), [("/predict", limits.PREDICT_BODY_BYTES), ("/retrain", limits.BODY_BYTES)])
def test_body_may_be_as_long_as_the_limit_and_no_longer(path: str, most: int) -> None:
    doors.check(path, body=b" " * most, query={})

    with pytest.raises(BodyTooLarge, match=f"the body has {most + 1:,} bytes"):
        doors.check(path, body=b" " * (most + 1), query={})


def test_query_may_be_as_long_as_its_limits_and_no_longer() -> None:
    longest = {"x": ["1" * (limits.QUERY_CHARACTERS - 1)]}
    most = {"x": ["1"] * limits.QUERY_PARAMETERS}

    for query in (longest, most):
        doors.check("/predict", body=b"", query=query)
        with pytest.raises(BadRequest, match="the query has"):
            doors.check("/predict", body=b"", query={"x": [*query["x"], "1"]})


@given(values)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value


def test_byte_order_mark_before_json_does_not_matter() -> None:
    assert parse(b"\xef\xbb\xbf{}") == {}


@given(st.binary())
def test_any_bytes_are_json_or_a_bad_request(body: bytes) -> None:
    try:
        json.dumps(parse(body), allow_nan=False)
    except BadRequest as refused:
        assert refused.details["accepted"]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_is_read_as_deep_as_the_limit_and_no_deeper(opening: str) -> None:
    assert json.dumps(parse(nested(limits.NESTING, opening)))

    for levels in (limits.NESTING + 1, 100, 900, 1_000, 5_000, 100_000):
        with pytest.raises(BadRequest, match=f"nested deeper than {limits.NESTING} levels"):
            parse(nested(levels, opening))


def test_many_flat_objects_are_not_deep() -> None:
    assert len(parse(json.dumps([{"a": 1}] * 1_000).encode())) == 1_000


@pytest.mark.parametrize("sign", ["", "-"])
def test_number_has_as_many_characters_as_the_limit_and_no_more(sign: str) -> None:
    longest = sign + "1" * (limits.NUMBER_CHARACTERS - len(sign))
    fraction = sign + "0." + "1" * (limits.NUMBER_CHARACTERS - len(sign) - 2)

    assert parse(longest.encode()) == int(longest)
    assert parse(fraction.encode()) == float(fraction)
    for text in (longest + "1", fraction + "1", "1" * 5_000, "1" * 900_000):
        with pytest.raises(BadRequest, match="a number has "):
            parse(text.encode())


def test_refusal_says_where_the_json_ends() -> None:
    with pytest.raises(BadRequest, match="the body is not JSON: line 2, column 10 is not what JSON has there"):
        parse(b'{\n"reason" "why"}')
    with pytest.raises(BadRequest, match="the body is not UTF-8 from byte 2 on"):
        parse(b'["\xff"]')


def test_body_that_the_gateway_cannot_have_sent_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="cannot be decoded"):
        doors.decoded(lambda: "\ud800".encode())
