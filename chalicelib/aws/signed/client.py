"""Asks one service of AWS by signed requests that change nothing, so that each may be asked again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.aws.patience import OutOfTime, Patience
from chalicelib.aws.signed import signature
from chalicelib.aws.signed.connection import KeptConnection
from chalicelib.aws.signed.exchange import HttpAnswer
from chalicelib.aws.signed.refusals import Refused, refused
from chalicelib.digests import sha256
from chalicelib.errors import TransientError

if TYPE_CHECKING:
    from chalicelib.aws.signed.surroundings import Host, Surroundings

AGENT = "nightswap"
ATTEMPTS = 2
PAUSE_SECONDS = (0.05, 0.4)
"""Before the second attempt: somewhen between these, so that two callers do not meet again and again."""
ERROR = 300
"""The first HTTP status that is no success."""


class SignedClient:
    """Of `service` at `host`; `trace` tells X-Ray's ID of the request that is being answered."""

    def __init__(
        self,
        service: str,
        host: Host,
        *,
        surroundings: Surroundings,
        patience: Patience,
        trace: Callable[[], str | None],
        connection: KeptConnection | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._host = host
        self._surroundings = surroundings
        self._patience = patience
        self._trace = trace
        self._connection = connection or KeptConnection(host, ca_bundle=surroundings.ca_bundle)
        self._sleep = sleep
        self._clock = clock

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        kind: str | None = None,
    ) -> HttpAnswer:
        """An answer that is a success; raises Refused, OutOfTime, or OSError where none came.

        `path` is encoded; `kind` is the body's content type, where the service wants one. All attempts together take
        no longer than the patience; after half of it none begins.
        """
        self._patience.check()
        began = time.monotonic()
        until, latest = began + self._patience.longest_seconds, began + self._patience.longest_seconds / 2
        attempt = 1
        while True:
            is_last = attempt == ATTEMPTS
            try:
                return self._asked(method, path, signature.query(query or {}), body, kind, until=until)
            except Refused as exc:
                if is_last or not exc.is_transient:
                    raise
            except OSError:
                if is_last or time.monotonic() > latest:
                    raise
            self._sleep(_pause())
            attempt += 1

    def _asked(
        self, method: str, path: str, query: str, body: bytes | None, kind: str | None, *, until: float
    ) -> HttpAnswer:
        request = self.request(method, path, query, body, kind=kind)
        answer = self._connection.ask(
            request,
            connect_seconds=self._patience.connect_seconds,
            read_seconds=self._patience.read_seconds,
            until=until,
        )
        if answer.status >= ERROR:
            raise refused(answer.status, answer.headers, answer.body)
        return answer

    def request(self, method: str, path: str, query: str, body: bytes | None, *, kind: str | None = None) -> bytes:
        """The request as it goes out, signed at this moment."""
        whole_path = self._host.path + path
        headers = self._headers(method, whole_path, query, body) | ({"content-type": kind} if kind else {})
        target = f"{whole_path}?{query}" if query else whole_path
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("latin-1") + (body or b"")

    def _headers(self, method: str, path: str, query: str, body: bytes | None) -> dict[str, str]:
        credentials, payload = self._surroundings.credentials, sha256(body or b"")
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock()))
        signed = {"host": self._host.name, "x-amz-date": moment}
        if self._service == "s3":
            signed["x-amz-content-sha256"] = payload
        if credentials.session_token:
            signed["x-amz-security-token"] = credentials.session_token
        authorization = signature.authorization(
            method,
            path,
            query,
            signed,
            payload,
            credentials=credentials,
            region=self._surroundings.region,
            service=self._service,
        )
        counted = {} if body is None else {"content-length": str(len(body))}
        trace = self._trace()
        traced = {"x-amzn-trace-id": signature.encoded(trace, also="=;:+&[]{}\"',")} if trace else {}
        return {**signed, "authorization": authorization, "user-agent": AGENT, **counted, **traced}


@contextmanager
def transient(kind: type[TransientError], *, doing: str) -> Iterator[None]:
    """Raise throttles, faults of AWS and broken connections as `kind`; every other refusal passes."""
    try:
        yield
    except Refused as exc:
        if exc.is_transient:
            raise kind(f"{doing}: {exc.code}; try again in a moment") from exc
        raise
    except (OutOfTime, OSError) as exc:
        raise kind(f"{doing}: no answer ({type(exc).__name__}); try again in a moment") from exc


def _pause() -> float:
    import random  # only who is refused needs it

    return random.uniform(*PAUSE_SECONDS)
