from __future__ import annotations

from types import SimpleNamespace

import pytest
from chalice.app import MultiDict

from chalicelib import limits
from chalicelib.api import doors
from chalicelib.errors import BadRequest, BodyTooLarge


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


def test_body_that_the_gateway_cannot_have_sent_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="cannot be decoded"):
        doors.decoded(lambda: "\ud800".encode())


def test_a_file_may_be_larger_where_it_is_predicted_alone() -> None:
    content_type = "application/x-npy"
    doors.check("/predict", body=b" " * limits.NPY_BODY_BYTES, query={}, kind=content_type)

    for path, most in (("/predict", limits.NPY_BODY_BYTES), ("/retrain", limits.BODY_BYTES)):
        with pytest.raises(BodyTooLarge) as raised:
            doors.check(path, body=b" " * (most + 1), query={}, kind=content_type)
        assert raised.value.details["accepted"] == f"at most {most:,} bytes"


def test_request_is_told_as_the_routes_ask_about_it() -> None:
    headers = {"content-type": "text/csv", "idempotency-key": "tonight"}
    context = {"authorizer": {"principalId": "ops"}, "path": "/prod/retrain"}
    raw = SimpleNamespace(
        **{"method": "POST", "path": "/retrain", "uri_params": {"run": "a-run"}, "headers": headers},
        **{"context": context, "raw_body": b"{}", "query_params": MultiDict({"x": ["1", "2"]})},
    )

    came = doors.Asked(raw)

    assert (came.route, came.parameters, came.content_type) == ("POST /retrain", {"run": "a-run"}, "text/csv")
    assert (came.body, came.query, came.idempotency_key, came.caller) == (
        b"{}",
        {"x": ["1", "2"]},
        "tonight",
        "token ops",
    )
    assert came.place == {"asked": "/prod/retrain", "route": "/retrain"}
    raw.query_params = None
    assert came.query == {}
