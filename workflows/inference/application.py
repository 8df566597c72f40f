"""The ASGI application: GET /ping, POST /invocations, and the OpenAPI document of both.

Many rows are scored in a thread, so that /ping is answered meanwhile: SageMaker takes a container for broken that
does not answer it within two seconds.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.api import responses
from chalicelib.errors import BodyTooLarge, Busy, NightswapError
from chalicelib.limits import INFERENCE_BODY_BYTES, INFERENCE_HELD_BYTES
from chalicelib.values import Value

from . import media_types, openapi, readers, scoring, writers
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
FEW_BYTES = 1_000
"""Of a body that is scored at once: for a few rows, to call a thread takes longer than to score."""
THREADS = 4
"""Python scores in one of them at a time; the others are for what leaves Python, as ONNX Runtime does."""


class Answer(Value):
    status: int
    body: bytes
    content_type: str = media_types.JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Gone(Exception):
    """The client closed the connection before its body was here."""


class Application:
    """Answers for one model version; with a token, to those alone who send it, but for /ping."""

    def __init__(self, service: Service, *, token: str | None = None, held_bytes: int = 0) -> None:
        self._service = service
        self._token = token
        self.held_bytes = held_bytes
        """Of the bodies that are read or scored now."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="scoring")
        self._ping = writers.as_json(health(service))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive)
        except Refused as exc:
            answer = Answer(exc.status, writers.as_json(exc.body), headers=(exc.header,) if exc.header else ())
        except NightswapError as exc:
            status, body = responses.of_error(exc)
            answer = Answer(status, writers.as_json(body), headers=(AGAIN,) if isinstance(exc, Busy) else ())
        except Gone:
            return
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", answer.content_type.encode()), (b"content-length", length), *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Message, receive: Receive) -> Answer:
        path, headers = scope["path"], dict(scope["headers"])
        if path not in METHODS:
            routes = ", ".join(f"{method} {route}" for route, method in METHODS.items())
            raise Refused(404, "RouteUnknown", "there is no such route", accepted=routes)
        if scope["method"] != (method := METHODS[path]):
            allow = (b"allow", method.encode())
            raise Refused(405, "MethodNotAllowed", f"{path} takes {method} alone", accepted=method, header=allow)
        if path == PING:
            return Answer(200, self._ping)
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
                header=(b"www-authenticate", b"Bearer"),
            )

    async def _invoked(self, headers: Headers, receive: Receive) -> Answer:
        given = media_types.of_content(_text(headers, b"content-type"))
        wanted = media_types.of_answer(_text(headers, b"accept"))
        body = bytearray()
        try:
            await self._read(body, headers, receive)
            if len(body) <= FEW_BYTES:
                return _scored(self._service, body, given, wanted)
            scored = asyncio.get_running_loop().run_in_executor(
                self._threads, _scored, self._service, body, given, wanted
            )
            return await scored
        finally:
            self.held_bytes -= len(body)

    async def _read(self, body: bytearray, headers: Headers, receive: Receive) -> None:
        told = headers.get(b"content-length", b"0")
        _check_bytes(int(told) if told.isdigit() else 0)
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


def _scored(service: Service, body: bytearray, given: media_types.MediaType, wanted: media_types.MediaType) -> Answer:
    status, said = scoring.score(service, readers.read(bytes(body), of=given, service=service))
    if status != 200:
        return Answer(status, writers.as_json(said))
    return Answer(200, writers.write(said, of=wanted), wanted.name)


def _check_bytes(count: int) -> None:
    if count > INFERENCE_BODY_BYTES:
        raise BodyTooLarge(
            f"the body has more than {INFERENCE_BODY_BYTES:,} bytes",
            accepted=f"at most {INFERENCE_BODY_BYTES:,} bytes",
        )


def _text(headers: Headers, name: bytes) -> str | None:
    found = headers.get(name)
    return None if found is None else found.decode("latin-1")
