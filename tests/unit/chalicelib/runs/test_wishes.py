"""The body of a retrain request, and its idempotency key: what is accepted and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api import doors
from chalicelib.errors import BadRequest, ModelUnknown, RequestError
from chalicelib.limits import KEY_CHARACTERS, REASON_CHARACTERS
from chalicelib.runs import retraining
from chalicelib.runs.retraining import Wish
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL

DEFAULT = Wish(model=MODEL, force=False, reason="on demand")


def test_empty_body_wishes_the_default_model() -> None:
    assert retraining.wish_from(b"", default_model=MODEL, known=lambda: [MODEL]) == DEFAULT
    assert retraining.wish_from(b"{}", default_model=MODEL, known=lambda: [MODEL]) == DEFAULT


def test_body_says_model_force_and_reason() -> None:
    body = {"model": "other", "force": True, "reason": "x" * REASON_CHARACTERS}

    wish = retraining.wish_from(json.dumps(body).encode(), default_model=MODEL, known=lambda: [MODEL, "other"])

    assert wish == Wish(model="other", force=True, reason="x" * 200)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], None),
        ("kdd99-http", None),
        (False, None),
        ({"modle": MODEL}, "modle"),
        ({"force": "true"}, "force"),
        ({"force": 1}, "force"),
        ({"force": None}, "force"),
        ({"reason": 7}, "reason"),
        ({"reason": None}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"model": None}, "model"),
        ({"model": 7}, "model"),
        ({"model": [[[1]]]}, "model"),
        ({"model": {}}, "model"),
    ],
)
def test_wish_that_is_malformed_is_refused_naming_the_field(body: Any, field: str | None) -> None:
    with pytest.raises(BadRequest) as caught:
        retraining.wish_from(json.dumps(body).encode(), default_model=MODEL, known=lambda: [MODEL])

    assert caught.value.details.get("field") == field
    assert caught.value.details["accepted"]


@pytest.mark.parametrize("model", ["", "unknown", "x" * 9_000])
def test_wish_for_a_model_that_is_not_there_is_refused_listing_those_that_are(model: Any) -> None:
    with pytest.raises(ModelUnknown) as caught:
        retraining.wish_from(json.dumps({"model": model}).encode(), default_model=MODEL, known=lambda: ["a", "b"])

    assert caught.value.details == {"field": "model", "accepted": "a, b"}


def test_wish_for_the_default_model_is_refused_when_there_is_none() -> None:
    with pytest.raises(ModelUnknown) as caught:
        retraining.wish_from(b"", default_model=MODEL, known=lambda: [])

    assert caught.value.details["accepted"] == "none"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["model", "force", "reason", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@given(json_values)
def test_any_body_is_a_wish_or_a_request_error(body: Any) -> None:
    try:
        wish = retraining.wish_from(json.dumps(body).encode(), default_model=MODEL, known=lambda: [MODEL])
    except RequestError:
        return

    assert wish.model == MODEL


def test_reason_that_is_no_unicode_text_is_refused_or_kept_but_no_server_error(night: FakeOutside) -> None:
    body = {"reason": "\ud800"}

    try:
        wish = retraining.wish_from(json.dumps(body).encode(), default_model=MODEL, known=lambda: [MODEL])
        retraining.on_demand(night.edges, wish=wish, idempotency_key=None, attempt="abc123")
    except BadRequest as refused:
        assert refused.details["field"] == "reason"


@pytest.mark.parametrize("key", [None, "k", "k" * KEY_CHARACTERS])
def test_good_key_is_used_as_it_is(key: str | None) -> None:
    assert doors.idempotency_key(key) == key


@pytest.mark.parametrize("key", ["", "k" * (KEY_CHARACTERS + 1), "a\nb", "\ud800"])
def test_key_that_is_empty_or_too_long_is_refused(key: str) -> None:
    with pytest.raises(BadRequest) as caught:
        doors.idempotency_key(key)

    assert caught.value.details == {"field": "Idempotency-Key", "accepted": "1 to 256 printable characters"}
