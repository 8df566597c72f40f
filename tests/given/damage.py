"""Ways in which a stored document can be damaged: by a half write, a hand, another program, a later release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from chalicelib.documents.documents import SCHEMA

STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**30, 1.5, "", "x", "²", "a" * 500, [], [None], {}, {"x": 1}),
    *("2026-11-21", "2026-11-21T03:00:00Z", "../../etc", "\u0000"),
)
"""Values of every type, for a field that is meant to have another."""
NO_JSON = (b"", b" ", b"{", b"\xff\xfe", b"\x00" * 9, b"NaN", b"null", b"[]", b'"x"', b"1", b"{}", b"[" * 3_000)


def ways(body: bytes, random: Random) -> Iterator[bytes | None]:
    """The body damaged in one way after the other, without end; None is an object that is gone."""
    yield None
    while True:
        kind = random.choice((_no_json, _truncated, _flipped, *[_changed] * 5))
        yield kind(body, random)


def _no_json(_: bytes, random: Random) -> bytes:
    return random.choice(NO_JSON)


def _truncated(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) or 1)]


def _flipped(body: bytes, random: Random) -> bytes:
    at = random.randrange(len(body) or 1)
    return body[:at] + bytes([random.randrange(256)]) + body[at + 1 :]


def _changed(body: bytes, random: Random) -> bytes:
    """With one value, somewhere in the document, that is gone or is another."""
    try:
        document = json.loads(body)
    except ValueError:
        return _flipped(body, random)
    places = list(_places(document))
    if not places:
        return _flipped(body, random)
    inside, name = random.choice(places)
    if random.random() < 0.3:
        del inside[name]
    elif random.random() < 0.1:
        later = {"schema": SCHEMA + 1}
        return json.dumps({**document, **later} if isinstance(document, dict) else [document]).encode()
    else:
        inside[name] = random.choice(STRANGE)
    text = json.dumps(document)
    if random.random() < 0.05:
        text = text.replace("null", "1e999").replace('"x"', '"\\ud800"')
    return text.encode()


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of the document as a container and its name or index there."""
    if not isinstance(document, dict | list):
        return
    for name in list(document) if isinstance(document, dict) else range(len(document)):
        yield document, name
        yield from _places(document[name])
