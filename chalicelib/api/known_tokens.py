"""Remembers the tokens that a container has seen lately, so that not every request asks S3 for one.

API Gateway keeps the authorizer's answer for a minute by itself. This is for the moment after that, and for a store
that does not answer.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.api import access
from chalicelib.api.access import Token
from chalicelib.edges.object_store import ObjectReader
from chalicelib.errors import StoreUnavailable
from chalicelib.values import Value

FRESH_SECONDS = 30.0
"""For this time S3 is not asked: a token that is removed meanwhile still opens its routes."""
OLD_SECONDS = 300.0
"""For this time a token is valid while S3 throttles or is away: better than to lock everybody out."""


class _Seen(Value):
    token: Token
    at: float


class KnownTokens:
    """Only tokens that open something are kept: a token that was just made opens its routes at once.

    `clock` tells the time of day in seconds: Lambda freezes a container between two calls, and a clock that counts
    from the start may stand still meanwhile.
    """

    def __init__(self, store: ObjectReader, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def find(self, *, header: str) -> Token | None:
        """The token of an Authorization header; raises StoreUnavailable where S3 does not answer about a new one."""
        sha256 = access.sha256_in(header)
        if sha256 is None:
            return None
        seen = self._seen.get(sha256)
        if seen and self._is_younger(seen, FRESH_SECONDS):
            return seen.token
        try:
            token = access.stored(self._store, sha256=sha256)
        except StoreUnavailable:
            if seen and self._is_younger(seen, OLD_SECONDS):
                return seen.token
            raise
        self._keep(sha256, token)
        return token

    def _is_younger(self, seen: _Seen, seconds: float) -> bool:
        return 0 <= self._clock() - seen.at < seconds  # the time of day may be put back

    def _keep(self, sha256: str, token: Token | None) -> None:
        self._seen.pop(sha256, None)
        if token is None:
            return
        self._seen[sha256] = _Seen(token, self._clock())
        if len(self._seen) > access.TOKEN_LIMIT:  # removed ones among them
            del self._seen[next(iter(self._seen))]
