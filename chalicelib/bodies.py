"""Reads the JSON body of a request: one reader, and one rule for each kind of field, for every route.

    WISH = Form({"model": MODEL, "force": FLAG, "reason": REASON})
    WISH.read(b'{"reason": "new data"}')        # {"reason": "new data"}

A refusal is a BadRequest, which names the field and says what is accepted there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from chalicelib import limits
from chalicelib.cutting import listed, quoted
from chalicelib.errors import BadRequest, ModelUnknown
from chalicelib.names import EXECUTION_NAME
from chalicelib.values import Value


class Field(Value):
    """A kind of field: whether a value fits, what is said of one that does not, and how a form shows one."""

    fits: Callable[[Any], bool]
    wrong: str
    accepted: str
    shown: str = '"..."'

    def check(self, value: Any, *, name: str) -> Any:
        """The value; raises BadRequest."""
        if not self.fits(value):
            raise BadRequest(f"{name} {self.wrong}", field=name, accepted=self.accepted)
        return value


class Form(Value):
    """The fields that a body may hold, and those that it has to."""

    fields: Mapping[str, Field]
    wanted: Collection[str] = ()
    may_be_empty: bool = True
    """Whether no body at all, or null, is one without fields."""

    @cached_property
    def shown(self) -> str:
        """As a refusal shows it.

        >>> Form({"model": MODEL, "force": FLAG}).shown
        '{"model": "...", "force": false}'
        """
        return "{" + ", ".join(f'"{name}": {field.shown}' for name, field in self.fields.items()) + "}"

    def read(self, body: bytes) -> dict[str, Any]:
        """The fields that are given; raises BadRequest."""
        return self.check(self.parse(body))

    def parse(self, body: bytes) -> Any:
        """The body's JSON, whatever it holds; raises BadRequest."""
        return parse(body or b"null" if self.may_be_empty else body, accepted=self.shown)

    def check(self, body: Any) -> dict[str, Any]:
        """The fields of a body that is parsed already; raises BadRequest."""
        given = {} if body is None and self.may_be_empty else body
        if not isinstance(given, dict):
            raise BadRequest("the body is not a JSON object", accepted=self.shown)
        for name in given:
            if name not in self.fields:
                raise BadRequest(f"unknown field {quoted(name)}", field=name, accepted=self.shown)
        for name in self.wanted:
            if name not in given:
                raise BadRequest(f"{name} is missing", field=name, accepted=self.fields[name].accepted)
        return {name: self.fields[name].check(value, name=name) for name, value in given.items()}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_name(value: Any) -> bool:
    return _is_text(value) and EXECUTION_NAME.fullmatch(value) is not None


def _is_version(value: Any) -> bool:
    return value is None or (type(value) is int and 1 <= value < 10**limits.VERSION_DIGITS)


def _is_reason(value: Any) -> bool:
    return _is_text(value) and value.isprintable() and len(value) <= limits.REASON_CHARACTERS


MODEL = Field(_is_text, "is not a text", "a model's name")
FLAG = Field(lambda value: isinstance(value, bool), "is not true or false", "true or false", "false")
VERSION = Field(_is_version, "is not a model version", "1, 2, ...", "VERSION")
"""Of a model; null is the same as none given."""
_REASON = f"{limits.REASON_CHARACTERS} printable characters"
REASON = Field(_is_reason, "is not a short text", f"up to {_REASON}")
REASON_OF_A_MOVE = Field(
    lambda value: _is_reason(value) and bool(value.strip()),
    "is not a short text",
    f"1 to {_REASON}: it goes into the ledger",
)
REQUEST_NAME = Field(_is_name, "is not a request's name", EXECUTION_NAME.pattern)
INSTANCES = Field(lambda value: True, "", "a list of instances", '[{"FEATURE": VALUE, ...}, ...]')  # noqa: ARG005
"""The serving function says what is wrong with them."""
BUCKET = Field(_is_text, "is not a text", "the stage's bucket")
KEY = Field(_is_text, "is not a text", "a key below batches/in/")
WHY = Field(INSTANCES.fits, "", "how many columns", "3")
"""How many columns to tell that moved each prediction most; the serving function says what is wrong with it."""


def check_model(model: str, *, known: Collection[str]) -> None:
    """Raises ModelUnknown for a model that is not among these."""
    if model not in known:
        raise ModelUnknown(f"there is no model {quoted(model)}", field="model", accepted=listed(list(known)))


def parse(body: bytes, *, accepted: str) -> Any:
    """Strict JSON in UTF-8: no repeated name, no NaN, no number beyond a float's range; raises BadRequest.

    `accepted` is the form that the body should have.
    """
    try:
        found = STRICT.decode(body.removeprefix(MARK).decode())
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
    """Counts level by level: recursion depends on the depth of the caller's stack."""
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


STRICT = json.JSONDecoder(
    object_pairs_hook=_without_repeats, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
)
MARK = b"\xef\xbb\xbf"
"""Some editors put it before a text in UTF-8."""
