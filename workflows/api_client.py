"""Calls the deployed API over HTTP, as any client would."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from chalicelib.errors import CommandFailed

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class ApiAnswer:
    status: int
    body: Any
    """Decoded JSON."""


@dataclass(frozen=True)
class ApiClient:
    """The API at a base URL, with a bearer token."""

    url: str
    token: str
    timeout_seconds: float = field(default=TIMEOUT_SECONDS, kw_only=True)
    """Of each wait: for the connection, and for more of the answer."""

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> ApiAnswer:
        return self._call("GET", f"{path}?{encoded(query)}" if query else path, None)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> ApiAnswer:
        return self._call("POST", path, json.dumps(body or {}).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> ApiAnswer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as answer:
                return ApiAnswer(answer.status, json.load(answer))
        except (ValueError, http.client.HTTPException) as exc:
            raise CommandFailed(f"{method} {self.url}{path}: the answer is cut short, or no JSON ({exc})") from exc
        except urllib.error.HTTPError as exc:
            with exc:
                return ApiAnswer(exc.code, _decoded(exc.read()))
        except (urllib.error.URLError, TimeoutError, ConnectionError) as exc:
            raise CommandFailed(f"{method} {self.url}{path}: no answer ({exc}); is the stage running?") from exc


def encoded(query: Mapping[str, Any]) -> str:
    """A query string; a list is one text with commas, as GET /predict takes an array.

    >>> encoded({"age": 40, "pixels": [0, None, 9]})
    'age=40&pixels=0,,9'
    """
    texts = {
        name: ",".join("" if each is None else str(each) for each in value) if isinstance(value, list) else value
        for name, value in query.items()
    }
    return urlencode(texts, safe=",")


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"Message": body.decode(errors="replace")}
