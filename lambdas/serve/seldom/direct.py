"""Answers the requests of a function URL, in its payload format 2.0: a query of GET, or a body of POST.

It takes what GET and POST /predict take of a model's own, and refuses it in the same words. Whoever may invoke the
function can send such an event by hand too, so each field that is read here may be of any kind.

Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import json
from binascii import a2b_base64

from ..refusal import Refused, plain, shown
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..handler import Service

BODY_BYTES = 1_000_000
"""As `chalicelib.limits.PREDICT_BODY_BYTES`."""
QUERY_CHARACTERS = 96_000
"""As `chalicelib.limits.QUERY_CHARACTERS`, each written as four bytes of three characters: %F0%9F%98%80."""
FORM = '{"instances": [{"FEATURE": VALUE, ...}, ...], "why": 3}'
EVENT = "an event of a function URL, of payload format 2.0"


def answered(service: Service, event: Mapping[str, Any], context: object, *, init_ms: int) -> dict[str, object]:
    """Status, headers and body of the answer; whatever the request is, it raises nothing."""
    from ..handler import told

    try:
        asked = _question(event)
    except Refused as refused:
        answer = refused.answer()
    else:
        answer = told(service, asked, context)
    return {
        "statusCode": answer["status"],
        "headers": {"content-type": "application/json", "server-timing": _start(init_ms)},
        "body": json.dumps(answer["body"]),
    }


def _start(init_ms: int) -> str:
    """As the API tells it; the function URL is asked in the place of the API."""
    return f"serving;desc=cold;dur={init_ms}" if init_ms else "serving;desc=warm"


def _question(event: Mapping[str, Any]) -> dict[str, object]:
    """The event that the service takes."""
    method = _method(event["requestContext"])
    if method == "GET":
        return {"query": _query(_text(event, "rawQueryString"))}
    if method != "POST":
        raise Refused("MethodNotAllowed", "the URL takes GET and POST alone", accepted="GET, POST", status=405)
    return _instances(_body(_text(event, "body"), is_base64=event.get("isBase64Encoded", False)))


def _method(context: object) -> str:
    http = context.get("http") if isinstance(context, dict) else None
    method = http.get("method") if isinstance(http, dict) else None
    if not isinstance(method, str):
        raise Refused("EventMalformed", "requestContext has no http.method", field="requestContext", accepted=EVENT)
    return method


def _text(event: Mapping[str, Any], name: str) -> str:
    """Empty where there is none."""
    text = event.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Refused("EventMalformed", f"{name} is {shown(text)}, not a text", field=name, accepted=EVENT)
    return text


def _query(text: str) -> dict[str, list[str]]:
    """Each name with all its values."""
    from urllib.parse import parse_qs

    if len(text) > QUERY_CHARACTERS:
        accepted = f"at most {QUERY_CHARACTERS:,} characters"
        raise Refused("BadRequest", f"the query has {len(text):,} characters", accepted=accepted)
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict")
    except ValueError as exc:  # UnicodeDecodeError is one
        raise Refused("BadRequest", "the query is not UTF-8", accepted="UTF-8") from exc


def _body(text: str, *, is_base64: object) -> bytes:
    """As the client sent it: Lambda hands on as Base64 what is no text by its content type."""
    if not isinstance(is_base64, bool):
        message = f"isBase64Encoded is {shown(is_base64)}, not true or false"
        raise Refused("EventMalformed", message, field="isBase64Encoded", accepted=EVENT)
    try:
        body = a2b_base64(text, strict_mode=True) if is_base64 else text.encode()
    except ValueError as exc:  # binascii.Error and UnicodeEncodeError are such
        accepted = "Base64" if is_base64 else "UTF-8"
        raise Refused("BadRequest", f"the body is not {accepted}", accepted=accepted) from exc
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
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        twice = plain(repeated)
        raise Refused("BadRequest", f"{twice!r} is given more than once", field=twice, accepted="each name once")
    return found


def _no_constant(text: str) -> object:
    raise Refused("BadRequest", f"{text} is not JSON", accepted="finite numbers")
