from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import bodies, limits
from chalicelib.bodies import FLAG, MODEL, REASON, REASON_OF_A_MOVE, REQUEST_NAME, VERSION, Field, Form
from chalicelib.errors import BadRequest

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def parse(body: bytes) -> Any:
    return bodies.parse(body, accepted="a form")


def nested(levels: int, opening: str) -> bytes:
    closing = "]" if opening == "[" else "}"
    return f"{opening * levels}1{closing * levels}".encode()


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


WISH = Form({"model": MODEL, "force": FLAG, "to": VERSION})
MOVE = Form({"reason": REASON, "to": VERSION}, wanted=("reason",))


def test_fields_that_are_given_are_read() -> None:
    assert WISH.read(b'{"to": 3, "force": true}') == {"to": 3, "force": True}


@pytest.mark.parametrize("body", [b"", b"null", b"{}"])
def test_body_may_be_left_out(body: bytes) -> None:
    assert WISH.read(body) == {}

    with pytest.raises(BadRequest, match="reason is missing"):
        MOVE.read(body)


@pytest.mark.parametrize("body", [b"", b"null"])
def test_body_that_may_not_be_empty_is_refused_in_all(body: bytes) -> None:
    with pytest.raises(BadRequest, match=r"the body is not (a )?JSON") as caught:
        Form({"reason": REASON}, may_be_empty=False).read(body)

    assert caught.value.details == {"accepted": '{"reason": "..."}'}


@pytest.mark.parametrize("body", [b"[]", b"7", b'"reason"'])
def test_body_is_an_object(body: bytes) -> None:
    with pytest.raises(BadRequest, match="the body is not a JSON object") as caught:
        WISH.read(body)

    assert caught.value.details == {"accepted": '{"model": "...", "force": false, "to": VERSION}'}


def test_field_that_the_form_does_not_have_is_refused_with_the_form() -> None:
    with pytest.raises(BadRequest, match="unknown field 'modle'") as caught:
        WISH.read(b'{"modle": "m"}')

    assert caught.value.details == {"field": "modle", "accepted": WISH.shown}


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (MODEL, ["", "m"], [None, 7, [], {}]),
        (FLAG, [True, False], [None, 0, 1, "true"]),
        (VERSION, [None, 1, 999_999], [0, -1, 1_000_000, True, 1.0, "1"]),
        (REASON, ["", " ", "x" * 200], [None, 7, "x" * 201, "two\nlines", "\ud800"]),
        (REASON_OF_A_MOVE, ["x", " x " + "x" * 197], [None, 7, "", " ", "x" * 201, "two\nlines", "\ud800"]),
        (REQUEST_NAME, ["pin-9ae1db56adf77745", "x" * 80], [None, 7, "", "x" * 81, "a/b", "a b", "a\n"]),
    ],
    ids=["model", "flag", "version", "reason", "reason of a move", "name of a request"],
)
def test_each_kind_of_field_has_one_rule(field: Field, good: list[Any], bad: list[Any]) -> None:
    assert [field.check(each, name="it") for each in good] == good
    for each in bad:
        with pytest.raises(BadRequest, match="it is not") as caught:
            field.check(each, name="it")
        assert caught.value.details == {"field": "it", "accepted": field.accepted}
