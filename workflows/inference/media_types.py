"""Reads Content-Type, and chooses the form of an answer by Accept (RFC 9110, sections 8.3 and 12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.cutting import quoted
from chalicelib.errors import WrongContentType
from chalicelib.values import Value

from .refusal import Refused

JSON, JSON_LINES, CSV = "application/json", "application/jsonlines", "text/csv"
SUPPORTED = (JSON, JSON_LINES, CSV)
"""The first is taken where a request names none."""
LISTED = ", ".join(SUPPORTED)


class MediaType(Value):
    """A type and its parameters, in small letters; quality is how much a client wants it, 0 to 1."""

    name: str
    parameters: Mapping[str, str]

    @property
    def quality(self) -> float:
        try:
            return float(self.parameters.get("q", "1"))
        except ValueError:
            return 0.0


def parsed(text: str) -> MediaType:
    """One type.

    >>> parsed("Text/CSV; header=present")
    MediaType(name='text/csv', parameters={'header': 'present'})
    """
    name, *parameters = text.lower().split(";")
    pairs = (each.partition("=") for each in parameters)
    return MediaType(name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs})


def of_content(header: str | None) -> MediaType:
    """What a body is; raises WrongContentType."""
    found = parsed(header or JSON)
    if found.name not in SUPPORTED:
        raise WrongContentType(f"content type {quoted(header or '')}", field="Content-Type", accepted=LISTED)
    return found


def of_answer(header: str | None) -> MediaType:
    """What the client wants most of what there is; raises Refused.

    >>> of_answer("text/csv;q=0.5, application/*").name
    'application/json'
    """
    wanted = [parsed(each) for each in (header or "*/*").split(",") if each.strip()]
    for each in sorted(wanted, key=lambda each: -each.quality):
        kind = each.name.removesuffix("*") if each.name.endswith("/*") else None
        for name in SUPPORTED:
            if each.quality > 0 and (each.name in (name, "*/*") or (kind and name.startswith(kind))):
                return MediaType(name, each.parameters)
    message = f"no answer is of the kind {quoted(header or '')}"
    raise Refused(406, "NotAcceptable", message, field="Accept", accepted=LISTED)
