"""Refuses a request, in words that are safe to send back.

A caller may send anything: enormous, deeply nested or not encodable as UTF-8. So an answer repeats only a short piece
of a text or number.
"""

from __future__ import annotations

from collections.abc import Iterable

SHOWN_CHARACTERS = 40
LISTED_NAMES = 20


class Refused(Exception):
    """The caller's fault. `status` is the HTTP status; `instance` the position in `instances`, from 0."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        accepted: str | None = None,
        instance: int | None = None,
        status: int = 400,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.accepted = accepted
        self.instance = instance
        self.status = status

    def answer(self) -> dict[str, object]:
        """The refusal as the serving function returns it."""
        body = {
            "Code": self.code,
            "Message": self.message if self.instance is None else f"instance {self.instance}: {self.message}",
            "Field": self.field,
            "Accepted": self.accepted,
            "Instance": self.instance,
        }
        return {"status": self.status, "body": body}


def shown(value: object) -> str:
    """A JSON value in a few characters.

    >>> shown("abc"), shown(True), shown(None), shown([1, 2]), shown(2.5)
    ("'abc'", 'true', 'null', 'a list', '2.5')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        # repr escapes what is not printable, lone surrogates too.
        return repr(value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "...")
    if isinstance(value, float) or (isinstance(value, int) and value.bit_length() <= 64):
        return str(value)
    return {int: "a huge number", list: "a list", dict: "an object"}.get(type(value), "something else")


def digits(number: float) -> str:
    """As many as it takes: what is just below a bound is not shown as the bound.

    >>> digits(18.0), digits(1e6), digits(17.999999999999996)
    ('18', '1000000', '17.999999999999996')
    """
    short = f"{number:.15g}"
    return short if float(short) == number else repr(float(number))


def plain(name: str) -> str:
    """A name from the caller, shortened and made encodable as UTF-8."""
    return name[:SHOWN_CHARACTERS].encode("utf-8", "backslashreplace").decode()


def listed(names: Iterable[str]) -> str:
    """Names in one line, the first few of them.

    >>> listed(["b", "a"])
    'a, b'
    """
    ordered = sorted(names)
    more = len(ordered) - LISTED_NAMES
    return ", ".join(ordered[:LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")
