"""A request as the routes ask about it, and the bounds of its size. `chalicelib.bodies` reads its body then.

API Gateway has limits of its own, which are wider, and the local AWS has others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib import limits
from chalicelib.errors import BadRequest, BodyTooLarge

BODIES = {"/predict": limits.PREDICT_BODY_BYTES}
"""Limits by path, where they are above limits.BODY_BYTES."""
NPY = "application/x-npy"
"""The content type of a .npy file. It is no text, so the gateway hands it on in Base64."""


def decoded(read: Callable[[], bytes]) -> bytes:
    """The body as it was sent; raises BadRequest when the gateway's form of it is neither text nor base64."""
    try:
        return read()
    except ValueError as exc:
        raise BadRequest("the body cannot be decoded", accepted="UTF-8") from exc


class Asked:
    """What a route asks of its request, which is Chalice's."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self.path: str = request.path
        self.route = f"{request.method} {request.path}"
        self.parameters: dict[str, str] | None = request.uri_params
        """Those in the path, by their names in the route."""
        self.content_type: str | None = request.headers.get("content-type")

    @property
    def body(self) -> bytes:
        return decoded(lambda: bytes(self._request.raw_body))

    @property
    def query(self) -> dict[str, list[str]]:
        given = self._request.query_params
        return {name: given.getlist(name) for name in given} if given else {}

    def model_or(self, default_model: str) -> str:
        """The model that the query names, or that one; raises BadRequest."""
        return model_in(self.query, default_model=default_model)

    @property
    def idempotency_key(self) -> str | None:
        """Raises BadRequest for a header that is not valid."""
        return idempotency_key(self._request.headers.get("idempotency-key"))

    @property
    def caller(self) -> str:
        return f"token {self._request.context['authorizer']['principalId']}"

    @property
    def place(self) -> dict[str, str]:
        """The address that was asked, with what stands before the routes, and its route."""
        return {"asked": self._request.context.get("path", ""), "route": self.path}


def model_in(query: Mapping[str, Sequence[str]], *, default_model: str) -> str:
    """The model that a query string names; raises BadRequest when it names several."""
    models = query.get("model", [default_model])
    if len(models) != 1:
        raise BadRequest("model is given more than once", field="model", accepted="one model's name")
    return models[0]


def media_type(content_type: str | None) -> str:
    """Of a Content-Type, JSON's by itself.

    >>> media_type("Application/JSON; charset=utf-8"), media_type(None)
    ('application/json', 'application/json')
    """
    return (content_type or "application/json").partition(";")[0].strip().lower()


def check(path: str, *, body: bytes, query: Mapping[str, Sequence[str]], kind: str | None = None) -> None:
    """Raises BodyTooLarge, or BadRequest for a query that is too long. `kind` is the Content-Type."""
    is_npy = path == "/predict" and media_type(kind) == NPY
    most = limits.NPY_BODY_BYTES if is_npy else BODIES.get(path, limits.BODY_BYTES)
    if len(body) > most:
        raise BodyTooLarge(f"the body has {len(body):,} bytes", accepted=f"at most {most:,} bytes")
    given = [(name, value) for name, values in query.items() for value in values]
    if len(given) > limits.QUERY_PARAMETERS:
        raise BadRequest(
            f"the query has {len(given):,} parameters", accepted=f"at most {limits.QUERY_PARAMETERS:,} parameters"
        )
    characters = sum(len(name) + len(value) for name, value in given)
    if characters > limits.QUERY_CHARACTERS:
        raise BadRequest(
            f"the query has {characters:,} characters", accepted=f"at most {limits.QUERY_CHARACTERS:,} characters"
        )


def idempotency_key(header: str | None) -> str | None:
    """A valid Idempotency-Key header; raises BadRequest."""
    if header is not None and not (0 < len(header) <= limits.KEY_CHARACTERS and header.isprintable()):
        raise BadRequest(
            "the Idempotency-Key is empty, too long, or not printable",
            field="Idempotency-Key",
            accepted=f"1 to {limits.KEY_CHARACTERS} printable characters",
        )
    return header
