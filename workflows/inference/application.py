"""The ASGI application: GET /ping, POST /invocations, and the OpenAPI document of both.

Many rows are scored in a thread, so that /ping is answered meanwhile: SageMaker takes a container for broken that
does not answer it within two seconds.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from chalicelib.api import responses
from chalicelib.errors import BodyTooLarge, Busy, NightswapError
from chalicelib.limits import INFERENCE_BODY_BYTES, INFERENCE_BODY_SECONDS, INFERENCE_HELD_BYTES

from . import bounding, media_types, openapi, readers, scoring, writers
from .connections import CROWDED
from .package import Service, health
from .refusal import Refused

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

PING, INVOCATIONS, OPENAPI = "/ping", "/invocations", "/openapi.json"
METHODS = {PING: "GET", INVOCATIONS: "POST", OPENAPI: "GET"}
AGAIN = (b"retry-after", b"1")
"""In seconds, for who finds the server busy."""
CLOSE = (b"connection", b"close")
FEW_BYTES = 1_000
"""Of a body that is scored at once: for a few rows, to call a thread takes longer than to score."""
THREADS = 4
"""Python scores in one of them at a time; the others are for what leaves Python, as ONNX Runtime does."""


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = media_types.JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Gone(Exception):
    """The client closed the connection before its body was here."""


class Application:
    """Answers for one model version; with a token, to those alone who send it, but for /ping."""

    def __init__(
        self,
        service: Service,
        *,
        token: str | None = None,
        held_bytes: int = 0,
        body_seconds: float = INFERENCE_BODY_SECONDS,
    ) -> None:
        self._service = service
        self._token = token
        self._body_seconds = body_seconds
        self._goes_on = True
        self.held_bytes = held_bytes
        """Of the bodies that are read or scored now."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="scoring")
        self._ping = writers.as_json(health(service))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive)
        except Refused as exc:
            answer = Answer(exc.status, writers.as_json(exc.body), headers=exc.headers)
        except NightswapError as exc:
            answer = _refused(exc)
        except Gone:
            return
        except asyncio.CancelledError:  # the time is up that requests have once the server was told to stop
            self._goes_on = False
            answer = _refused(Busy("the server stops: ask another one, or try again in a moment"))
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", answer.content_type.encode()), (b"content-length", length), *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Message, receive: Receive) -> Answer:
        path, headers = scope["path"], _headers(scope)
        if path not in METHODS:
            routes = ", ".join(f"{method} {route}" for route, method in METHODS.items())
            raise Refused(404, "RouteUnknown", "there is no such route", accepted=routes)
        if scope["method"] != (method := METHODS[path]):
            allow = (b"allow", method.encode())
            raise Refused(405, "MethodNotAllowed", f"{path} takes {method} alone", accepted=method, headers=(allow,))
        if path == PING:
            return Answer(200, self._ping)
        if CROWDED in scope.get("state", ()):
            raise Refused(
                503,
                "Busy",
                "the server has as many connections as it may: try again in a moment",
                accepted="one connection for many requests",
                headers=(AGAIN, CLOSE),
            )
        self._check_token(headers)
        if path == OPENAPI:
            return Answer(200, writers.as_json(openapi.document(self._service, has_token=self._token is not None)))
        return await self._invoked(headers, receive)

    def _check_token(self, headers: Headers) -> None:
        if self._token is None:
            return
        given = headers.get(b"authorization", b"")
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            raise Refused(
                401,
                "Unauthorized",
                "the token is missing or wrong",
                field="Authorization",
                accepted="Bearer TOKEN",
                headers=((b"www-authenticate", b"Bearer"),),
            )

    async def _invoked(self, headers: Headers, receive: Receive) -> Answer:
        given = media_types.of_content(_text(headers, b"content-type"))
        wanted = media_types.of_answer(_text(headers, b"accept"))
        body = bytearray()
        try:
            await self._read(body, headers, receive)
            if len(body) <= FEW_BYTES:
                return self._scored(body, given, wanted)
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._scored, body, given, wanted)
        finally:
            self.held_bytes -= len(body)

    def _scored(self, body: bytearray, given: media_types.MediaType, wanted: media_types.MediaType) -> Answer:
        if given.name == media_types.EVENT:  # a refusal is an answer too, as a serving function gives it
            return Answer(200, writers.as_json(self._service.answer(readers.event(bytes(body)))))
        is_inline = media_types.REFUSED in wanted.parameters
        read, score = (readers.read_each, scoring.score_each) if is_inline else (readers.read, scoring.score)
        event = read(bytes(body), of=given, service=self._service)
        status, said = score(self._service, event, goes_on=lambda: self._goes_on)
        if status != 200:
            return Answer(status, writers.as_json(said))
        return Answer(200, writers.write(said, of=wanted), wanted.name)

    async def _read(self, body: bytearray, headers: Headers, receive: Receive) -> None:
        told = headers.get(b"content-length", b"0")
        _check_bytes(int(told) if told.isdigit() else 0)
        try:
            await bounding.within(self._body_seconds, self._read_parts(body, receive))
        except TimeoutError:
            within = f"{self._body_seconds:g} s"
            raise Refused(
                408,
                "RequestTimeout",
                f"no whole body came within {within}",
                accepted=f"a body within {within}",
                headers=(CLOSE,),
            ) from None

    async def _read_parts(self, body: bytearray, receive: Receive) -> None:
        goes_on = True
        while goes_on:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            body += part
            self.held_bytes += len(part)
            _check_bytes(len(body))
            if self.held_bytes > INFERENCE_HELD_BYTES:
                raise Busy("the server holds as many bytes of requests as it may: try again in a moment")
            goes_on = message.get("more_body", False)


def _check_bytes(count: int) -> None:
    if count > INFERENCE_BODY_BYTES:
        raise BodyTooLarge(
            f"the body has more than {INFERENCE_BODY_BYTES:,} bytes",
            accepted=f"at most {INFERENCE_BODY_BYTES:,} bytes",
        )


def _refused(error: NightswapError) -> Answer:
    status, body = responses.of_error(error)
    return Answer(status, writers.as_json(body), headers=(AGAIN,) if isinstance(error, Busy) else ())


def _headers(scope: Message) -> Headers:
    """By their names; what a header says in several lines, in one."""
    every = scope["headers"]
    found = dict(every)
    if len(found) < len(every):
        found = {name: b", ".join(value for other, value in every if other == name) for name in found}
    return found


def _text(headers: Headers, name: bytes) -> str | None:
    found = headers.get(name)
    return None if found is None else found.decode("latin-1")
