"""Turns an error into an HTTP answer, and back. Only this module decides what a caller is told.

The form is Chalice's own (`Code`, `Message`), so that Chalice's own refusals look the same; `Field` and `Accepted`
say what to correct.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import errors
from chalicelib.errors import CommandFailed, NightswapError


def of_error(error: NightswapError) -> tuple[int, dict[str, Any]]:
    """Status and body of an error.

    >>> from chalicelib.errors import BadRequest
    >>> of_error(BadRequest("force is not true or false", field="force"))
    (400, {'Code': 'BadRequest', 'Message': 'force is not true or false', 'Field': 'force'})
    """
    details = {name.title().replace("_", ""): value for name, value in error.details.items() if value is not None}
    return error.status, {"Code": type(error).__name__, "Message": error.message, **details}


def of_run(said: dict[str, Any], *, asked: str, route: str) -> dict[str, Any]:
    """The answer about a run that was started just now, or found, with its place as seen from what was asked."""
    where = beside(f"runs/{said['run']}", asked=asked, depth=route.count("/") - 1)
    return {"body": said, "status_code": 202 if said["new"] else 200, "headers": {"Location": where}}


def of_batch(said: dict[str, Any], *, asked: str, route: str) -> dict[str, Any]:
    """The answer about a batch: 200 with its result, or 202 while it goes on, with its place."""
    where = beside(f"batches/{said['batch']}", asked=asked, depth=route.count("/") - 1)
    return {"body": said, "status_code": 202 if said["ended_at"] is None else 200, "headers": {"Location": where}}


def beside(route: str, *, asked: str, depth: int = 0) -> str:
    """Where a route is, seen from the address that was asked, which has so many levels below its first one.

    What stands before the routes only the client knows: a stage, the path of a domain's mapping, or nothing. So no
    answer begins with a slash. API Gateway takes an address with a slash at its end for the same.

    >>> beside("runs/a-run", asked="/prod/retrain"), beside("runs/a-run", asked="/prod/retrain/")
    ('runs/a-run', '../runs/a-run')
    >>> beside("runs/a-run", asked="/prod/runs/another/approve", depth=2)
    '../../runs/a-run'
    """
    return "../" * (depth + asked.endswith("/")) + route


def to_error(body: Mapping[str, Any]) -> NightswapError:
    """The error that an answer of a function states; CommandFailed for one that this project does not define.

    >>> to_error({"Code": "VersionUnfit", "Message": "version 2 cannot go live: it was pruned"})
    VersionUnfit('version 2 cannot go live: it was pruned')
    """
    kind = getattr(errors, body["Code"], None)
    if not (isinstance(kind, type) and issubclass(kind, NightswapError)):
        return CommandFailed(f"{body['Code']}: {body['Message']}")
    return kind(body["Message"], field=body.get("Field"), accepted=body.get("Accepted"))
