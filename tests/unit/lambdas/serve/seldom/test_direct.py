"""What comes by the function's own URL, in the payload format 2.0 that Lambda gives it."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.limits import PREDICT_BODY_BYTES, QUERY_CHARACTERS
from lambdas.serve.seldom import direct
from tests.unit.lambdas.serve.test_handler import GOOD, QUERY, SERVICE


def event(method: str = "POST", body: str | None = None, *, query: str = "", is_base64: bool = False) -> Any:
    """Without what the code does not read.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    sent = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": query,
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": "/", "protocol": "HTTP/1.1"}, "stage": "$default"},
        "isBase64Encoded": is_base64,
    }
    return sent if body is None else sent | {"body": body}


def answered(sent: Any, context: object = None) -> tuple[int, Any]:
    answer = direct.answered(SERVICE, sent, context, init_ms=0)
    assert answer.keys() == {"statusCode", "headers", "body"}
    assert answer["headers"] == {"content-type": "application/json", "server-timing": "serving;desc=warm"}
    status, body = answer["statusCode"], answer["body"]
    assert isinstance(status, int) and isinstance(body, str)
    return status, json.loads(body)


@pytest.mark.parametrize("asked", [{"instances": [GOOD]}, {"instances": [GOOD, GOOD], "why": 2}, {"instances": []}])
@pytest.mark.parametrize("is_base64", [False, True])
def test_body_is_answered_as_the_event_is(asked: dict[str, Any], is_base64: bool) -> None:
    body = json.dumps(asked)
    sent = base64.b64encode(body.encode()).decode() if is_base64 else body

    status, said = answered(event(body=sent, is_base64=is_base64))

    assert {"status": status, "body": said} == SERVICE.answer(asked)


@pytest.mark.parametrize("changes", [{}, {"flag": ["S,F &é"]}, {"size": ["1", "2"]}, {"age": []}, {"kind": [""]}])
def test_query_is_answered_as_the_event_is(changes: dict[str, list[str]]) -> None:
    query = {name: texts for name, texts in (QUERY | changes).items() if texts}

    status, said = answered(event("GET", query=urlencode(query, doseq=True)))

    assert {"status": status, "body": said} == SERVICE.answer({"query": query})


@pytest.mark.parametrize(
    ("sent", "status", "code", "field"),
    [
        (event("PUT", body="{}"), 405, "MethodNotAllowed", None),
        (event("GET", query="size=%ff"), 400, "BadRequest", None),
        (event(), 400, "BadRequest", None),
        (event(body="{"), 400, "BadRequest", None),
        (event(body="[" * 100_000), 400, "BadRequest", None),
        (event(body="1" * 5_000), 400, "BadRequest", None),
        (event(body="[]"), 400, "BadRequest", None),
        (event(body='{"query": {}}'), 400, "BadRequest", None),
        (event(body='{"warm": true}'), 400, "BadRequest", None),
        (event(body='{"instances": [], "model": "flows"}'), 400, "BadRequest", None),
        (event(body='{"instances": [{"size": NaN}]}'), 400, "BadRequest", None),
        (event(body='{"instances": [], "instances": []}'), 400, "BadRequest", "instances"),
        (event(body='{"instances": [{"size": "x"}]}'), 400, "FeatureMissing", "flag"),
        (event(body=" " * (PREDICT_BODY_BYTES + 1)), 413, "BodyTooLarge", None),
        (event(body="@", is_base64=True), 400, "BadRequest", None),
        (event(body="e30", is_base64=True), 400, "BadRequest", None),
        (event(body="\xe9", is_base64=True), 400, "BadRequest", None),
        (event(body="\ud800"), 400, "BadRequest", None),
        (event() | {"body": None}, 400, "BadRequest", None),
        (event() | {"body": {}}, 400, "EventMalformed", "body"),
        (event(body="{}") | {"isBase64Encoded": "yes"}, 400, "EventMalformed", "isBase64Encoded"),
        (event("GET") | {"rawQueryString": None}, 400, "FeatureMissing", "size"),
        (event("GET") | {"rawQueryString": 1}, 400, "EventMalformed", "rawQueryString"),
        (event("GET", query="size=" + "1" * 12 * QUERY_CHARACTERS), 400, "BadRequest", None),
        ({"requestContext": 1}, 400, "EventMalformed", "requestContext"),
        ({"requestContext": {"http": None}}, 400, "EventMalformed", "requestContext"),
        ({"requestContext": {"http": {"method": ["GET"]}}}, 400, "EventMalformed", "requestContext"),
    ],
)
def test_bad_request_is_refused_with_its_reason(sent: Any, status: int, code: str, field: str | None) -> None:
    got, said = answered(sent)

    assert (got, said["Code"], said["Field"]) == (status, code, field)
    assert said["Message"]


def test_name_that_comes_twice_is_found_among_many() -> None:
    """In a time that grows with the names alone: by counting each it took minutes."""
    names = ", ".join(f'"{name}": 0' for name in [*range(70_000), "twice", "twice"])

    status, said = answered(event(body="{" + names + "}"))

    assert (status, said["Field"]) == (400, "twice")


def test_limits_are_those_of_the_api() -> None:
    """A query is measured before it is read: a character of it may be written as twelve."""
    assert (direct.BODY_BYTES, direct.QUERY_CHARACTERS) == (PREDICT_BODY_BYTES, 12 * QUERY_CHARACTERS)


class Context:
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod-serve-flows:live"
    function_version = "9"


def test_labels_are_counted_as_those_of_the_other_lane(capsys: pytest.CaptureFixture[str]) -> None:
    answered(event(body=json.dumps({"instances": [GOOD]})), Context())
    answered(event(body="{}"), Context())

    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["labels"] == {"normal": 1}
