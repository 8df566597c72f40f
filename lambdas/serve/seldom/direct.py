"""Answers the requests of a function URL, in its payload format 2.0: a query of GET, or a body of POST.

It takes what GET and POST /predict take of a model's own, and refuses it in the same words.

Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import json

from ..refusal import Refused, plain
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..handler import Service

BODY_BYTES = 1_000_000
"""As `chalicelib.limits.PREDICT_BODY_BYTES`."""
FORM = '{"instances": [{"FEATURE": VALUE, ...}, ...], "why": 3}'


def answered(service: Service, event: Mapping[str, Any], context: object) -> dict[str, object]:
    """Status, headers and body of the answer; whatever the request is, it raises nothing."""
    from ..handler import told

    try:
        asked = _question(event)
    except Refused as refused:
        answer = refused.answer()
    else:
        answer = told(service, service.answer(asked), context)
    return {
        "statusCode": answer["status"],
        "headers": {"content-type": "application/json"},
        "body": json.dumps(answer["body"]),
    }


def _question(event: Mapping[str, Any]) -> dict[str, object]:
    """The event that the service takes."""
    if (method := event["requestContext"]["http"]["method"]) == "GET":
        return {"query": _query(event.get("rawQueryString", ""))}
    if method != "POST":
        raise Refused("MethodNotAllowed", "the URL takes GET and POST alone", accepted="GET, POST", status=405)
    return _instances(_body(event))


def _query(text: str) -> dict[str, list[str]]:
    """Each name with all its values."""
    from urllib.parse import parse_qs

    try:
        return parse_qs(text, keep_blank_values=True, errors="strict")
    except ValueError as exc:  # UnicodeDecodeError is one
        raise Refused("BadRequest", "the query is not UTF-8", accepted="UTF-8") from exc


def _body(event: Mapping[str, Any]) -> bytes:
    """As the client sent it: Lambda hands on as Base64 what is no text by its content type."""
    body: bytes = event.get("body", "").encode()
    if event.get("isBase64Encoded"):
        from base64 import b64decode

        body = b64decode(body)
    if len(body) > BODY_BYTES:
        accepted = f"at most {BODY_BYTES:,} bytes"
        raise Refused("BodyTooLarge", f"the body has {len(body):,} bytes", accepted=accepted, status=413)
    return body


def _instances(body: bytes) -> dict[str, object]:
    try:
        asked = json.loads(body, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise Refused("BadRequest", "the body is not JSON", accepted=FORM) from exc
    if not isinstance(asked, dict) or "instances" not in asked or asked.keys() - {"instances", "why"}:
        raise Refused("BadRequest", "the body is not of the accepted form", accepted=FORM)
    return asked


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = plain(next(name for name in names if names.count(name) > 1))
        raise Refused("BadRequest", f"{twice!r} is given more than once", field=twice, accepted="each name once")
    return found


def _no_constant(text: str) -> object:
    raise Refused("BadRequest", f"{text} is not JSON", accepted="finite numbers")
