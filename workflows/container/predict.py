"""The image's entry point: answers POST /predict, as an HTTP API sends it, with the model in the image.

The Chalice app's own code reads requests and words errors, so both answer alike. The model's package serves as it
does behind the alias; in the image it is the top-level package `serve`.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from serve.handler import handler as score  # type: ignore[import-not-found]  # it is there in the image alone

from chalicelib.api import doors, prediction, responses
from chalicelib.bodies import check_model
from chalicelib.errors import NightswapError


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda calls it, with API Gateway's payload format 2.0."""
    status, body = _answer(event, context)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


def _answer(event: dict[str, Any], context: object) -> tuple[int, dict[str, Any]]:
    content_type = event["headers"].get("content-type")
    try:
        body = doors.decoded(lambda: _body(event))
        query = parse_qs(event.get("rawQueryString", ""), keep_blank_values=True)
        doors.check("/predict", body=body, query=query, kind=content_type)
        question = prediction.from_body(body, content_type=content_type, query=query, default_model=_model())
        check_model(question.model, known=[_model()])
    except NightswapError as exc:
        return responses.of_error(exc)
    scored = score(question.event, context)
    return scored["status"], scored["body"]


def _body(event: dict[str, Any]) -> bytes:
    """API Gateway hands on a body that is no text, by its content type, as Base64."""
    body = event.get("body", "")
    return base64.b64decode(body) if event["isBase64Encoded"] else body.encode()


@cache
def _model() -> str:
    """The name of the model in the image."""
    manifest = json.loads((Path(__file__).parent / "manifest.json").read_bytes())
    name: str = manifest["model"]
    return name
