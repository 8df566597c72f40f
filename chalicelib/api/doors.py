"""What comes in by HTTP is measured here before anybody looks into it; and a body's JSON is read here.

API Gateway has limits of its own, which are wider, and the local AWS has others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib import limits
from chalicelib.cutting import quoted
from chalicelib.errors import BadRequest, BodyTooLarge

BODIES = {"/predict": limits.PREDICT_BODY_BYTES}
"""By path, where more than limits.BODY_BYTES may come."""


def decoded(read: Callable[[], bytes]) -> bytes:
    """The body as it was sent; raises BadRequest when what the gateway handed on is no text, and no base64."""
    try:
        return read()
    except ValueError as exc:
        raise BadRequest("the body cannot be decoded", accepted="UTF-8") from exc


def check(path: str, *, body: bytes, query: Mapping[str, Sequence[str]]) -> None:
    """Raises BodyTooLarge, or BadRequest for a query that is too long."""
    most = BODIES.get(path, limits.BODY_BYTES)
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
    """An Idempotency-Key header as it may be used; raises BadRequest."""
    if header is not None and not (0 < len(header) <= limits.KEY_CHARACTERS and header.isprintable()):
        raise BadRequest(
            "the Idempotency-Key is empty, too long, or not printable",
            field="Idempotency-Key",
            accepted=f"1 to {limits.KEY_CHARACTERS} printable characters",
        )
    return header


def parse(body: bytes, *, accepted: str) -> Any:
    """Strict JSON in UTF-8: no repeated name, no NaN, no number beyond a float's range; raises BadRequest.

    `accepted` is the form that the body should have.
    """
    try:
        found = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_without_repeats,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except UnicodeDecodeError as exc:
        raise BadRequest(f"the body is not UTF-8 from byte {exc.start:,} on", accepted=accepted) from exc
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno:,}, column {exc.colno:,}"
        raise BadRequest(f"the body is not JSON: {where} is not what JSON has there", accepted=accepted) from exc
    except RecursionError as exc:
        raise _too_deep(accepted) from exc
    # A form has few brackets, and where there are no more than levels, none can be too deep.
    if body.count(b"[") + body.count(b"{") > limits.NESTING and _is_deeper(found, limits.NESTING):
        raise _too_deep(accepted)
    return found


def _is_deeper(value: Any, levels: int) -> bool:
    """Level by level: what can be read by recursion can be too deep for the next who tries."""
    level = [value]
    for _ in range(levels):
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _too_deep(accepted: str) -> BadRequest:
    return BadRequest(f"the body is nested deeper than {limits.NESTING} levels", accepted=accepted)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadRequest(f"{quoted(twice)} is given more than once", field=twice, accepted="each name once")
    return found


def _no_constant(text: str) -> Any:
    raise BadRequest(f"{text} is not JSON", accepted="finite numbers")


def _measured(text: str) -> str:
    if len(text) > limits.NUMBER_CHARACTERS:
        raise BadRequest(
            f"a number has {len(text):,} characters", accepted=f"numbers of at most {limits.NUMBER_CHARACTERS}"
        )
    return text


def _whole(text: str) -> int:
    return int(_measured(text))


def _finite(text: str) -> float:
    number = float(_measured(text))
    if not math.isfinite(number):
        raise BadRequest(f"{quoted(text)} is too large for a number", accepted="finite numbers")
    return number
