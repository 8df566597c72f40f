"""Checks bearer tokens: 256 random bits each, of which only the SHA-256 is kept, and the scopes that they open."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib import digests, layout
from chalicelib.documents import documents
from chalicelib.edges.object_store import ObjectReader
from chalicelib.values import Pattern, Value

PREDICT, OPERATE = "predict", "operate"
ROUTES: dict[str, tuple[tuple[str, str], ...]] = {
    PREDICT: (("GET", "/predict"), ("POST", "/predict"), ("POST", "/warm"), ("GET", "/batches/*")),
    OPERATE: (
        ("POST", "/retrain"),
        ("GET", "/runs"),
        ("GET", "/runs/*"),
        ("POST", "/runs/*"),
        ("GET", "/models"),
        ("GET", "/models/*"),
        ("POST", "/models/*"),
    ),
}
"""All of a scope's routes: API Gateway caches the authorizer's answer over every route of the API."""

TOKEN_NAME = Pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
TOKEN_LIMIT = 100
"""`nightswap token list` reads an object for each."""
SECRET_BYTES = 32
HEADER = Pattern(r"[Bb][Ee][Aa][Rr][Ee][Rr] {1,8}([A-Za-z0-9_-]{43})")
"""The form of a token: 32 bytes as URL-safe base64. Anything else is refused without a call to AWS."""


class Token(Value):
    """A token is an object under the SHA-256 of its secret. It is written once, and once more when it is removed: two
    that write at the same time write two objects, and what was removed cannot come back."""

    name: str
    sha256: str
    scopes: tuple[str, ...]
    removed_at: str | None = None

    @property
    def key(self) -> str:
        return layout.token(self.sha256)

    def to_body(self) -> bytes:
        return json.dumps(vars(self)).encode()


def parse(body: bytes) -> Token:
    """Raises ValueError for a document that is not a token."""
    try:
        kept = documents.decode(body)
        name, sha256, scopes, removed_at = kept["name"], kept["sha256"], kept["scopes"], kept["removed_at"]
    except (KeyError, TypeError) as exc:
        raise ValueError(f"it lacks {exc}") from exc
    if not (isinstance(name, str) and isinstance(sha256, str) and isinstance(scopes, list)):
        raise ValueError("its name and its sha256 have to be strings, its scopes a list")
    return Token(name, sha256, tuple(str(each) for each in scopes), removed_at)


def digest(secret: str) -> str:
    return digests.sha256(secret.encode())


def find(store: ObjectReader, *, header: str) -> Token | None:
    """The token of an Authorization header: one read of one object, and none for what cannot be a token.

    Raises StoreUnavailable where S3 does not answer.
    """
    sha256 = sha256_in(header)
    return stored(store, sha256=sha256) if sha256 else None


def sha256_in(header: str) -> str | None:
    """The SHA-256 of the secret in an Authorization header; None for what cannot be a token."""
    secret = HEADER.fullmatch(header.strip(" "))
    return digest(secret[1]) if secret else None


def stored(store: ObjectReader, *, sha256: str) -> Token | None:
    """The token whose secret has this SHA-256, unless it was removed.

    One whose object is damaged opens nothing, and neither does one that lies under the SHA-256 of another: what is
    compared is no secret, so the time that it takes tells nothing. Raises StoreUnavailable where S3 does not answer.
    """
    kept = store.find(layout.token(sha256))
    try:
        token = parse(kept.body) if kept else None
    except ValueError:
        return None
    return token if token and token.removed_at is None and token.sha256 == sha256 else None


def routes(scopes: Sequence[str]) -> list[tuple[str, str]]:
    """Method and path of all routes that the scopes open."""
    return [route for scope in scopes for route in ROUTES.get(scope, ())]
