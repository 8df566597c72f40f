"""Bearer tokens: 256 random bits each, of which only the SHA-256 is kept, and the scopes that they open."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from chalicelib.limits import HEADER_CHARACTERS

PREDICT, OPERATE = "predict", "operate"
ROUTES: dict[str, tuple[tuple[str, str], ...]] = {
    PREDICT: (("GET", "/predict"), ("POST", "/predict"), ("POST", "/warm")),
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

TOKEN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
TOKEN_LIMIT = 25
"""An SSM parameter of the standard tier holds 4 KB; a token takes about 150 bytes."""


@dataclass(frozen=True)
class Token:
    name: str
    sha256: str
    scopes: tuple[str, ...]


def parse(value: str | None) -> list[Token]:
    """The tokens in the parameter's value; none when there is no parameter."""
    kept = json.loads(value)["tokens"] if value else []
    return [Token(each["name"], each["sha256"], tuple(each["scopes"])) for each in kept]


def dump(tokens: Sequence[Token]) -> str:
    return json.dumps({"tokens": [asdict(token) for token in tokens]})


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def matching(tokens: Sequence[Token], *, header: str) -> Token | None:
    """The token of an Authorization header, compared in constant time with every one of them."""
    if len(header) > HEADER_CHARACTERS or not header.isascii():  # none of ours
        return None
    scheme, _, secret = header.strip().partition(" ")
    wanted = digest(secret.strip())
    found = None
    for token in tokens:
        if hmac.compare_digest(token.sha256, wanted) and scheme.lower() == "bearer":
            found = token
    return found


def routes(scopes: Sequence[str]) -> list[tuple[str, str]]:
    """Method and path of all that the scopes open."""
    return [route for scope in scopes for route in ROUTES.get(scope, ())]
