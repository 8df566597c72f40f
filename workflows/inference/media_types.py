"""Reads Content-Type, and chooses the form of an answer by Accept (RFC 9110, sections 8.3, 12.4.2 and 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from chalicelib.cutting import quoted
from chalicelib.errors import WrongContentType
from chalicelib.values import Value

from .refusal import Refused

JSON, JSON_LINES, CSV = "application/json", "application/jsonlines", "text/csv"
SUPPORTED = (JSON, JSON_LINES, CSV)
"""The first is taken where a request names none."""
EVENT = "application/vnd.nightswap.event+json"
"""What a serving function hands on to its endpoint, as `lambdas.endpoint.handler` names it: an event of its own."""
LISTED = ", ".join(SUPPORTED)
HEADER, PRESENT, ABSENT = "header", "present", "absent"
"""The parameter of text/csv (RFC 4180)."""
REFUSED, INLINE = "refused", "inline"
"""The parameter of application/jsonlines by which a row that is refused has a line of its own, in the place of its
prediction, and the other rows are answered."""
WARNINGS = "warnings"
"""Beside it: the first prediction among the lines has the warnings of all of them, under this name."""
WEIGHT = re.compile(r"[01](\.\d*)?|\.\d+", re.ASCII)
QUOTED = r'"(?:\\.|[^"\\])*"?'
"""What is written in quotes holds commas and semicolons of its own."""
BY_COMMA, BY_SEMICOLON = (re.compile(rf"(?:{QUOTED}|[^{mark}])+", re.DOTALL) for mark in ",;")
KEPT = 64
"""Headers that are read once: a client sends the same ones each time."""


class MediaType(Value):
    """A type and its parameters, in small letters."""

    name: str
    parameters: Mapping[str, str]

    @property
    def weight(self) -> float:
        """How much a client wants it, 0 to 1; 0 is not at all. What is no weight counts as if it were not there."""
        text = self.parameters.get("q", "")
        weight = float(text) if WEIGHT.fullmatch(text) else 1.0
        return weight if weight <= 1 else 1.0

    def closeness(self, offer: MediaType) -> int:
        """How closely it names the offer: 1 by `*/*`, 2 by its group, 3 by its name, more with parameters; or 0."""
        if self.name == offer.name:
            if REFUSED in offer.parameters:
                names_all = all(self.parameters.get(name) == value for name, value in offer.parameters.items())
                return 3 + len(offer.parameters) if names_all else 0
            header = self.parameters.get(HEADER)
            if offer.name != CSV or header not in (PRESENT, ABSENT):
                return 3
            return 4 if header == offer.parameters[HEADER] else 0
        if REFUSED in offer.parameters:  # an answer of another form: only who names it gets it
            return 0
        group = offer.name.partition("/")[0]
        return {f"{group}/*": 2, "*/*": 1, "*": 1}.get(self.name, 0)


OFFERS = (
    *(MediaType(name, {}) for name in (JSON, JSON_LINES)),
    *(MediaType(CSV, {HEADER: header}) for header in (ABSENT, PRESENT)),
    MediaType(JSON_LINES, {REFUSED: INLINE}),
    MediaType(JSON_LINES, {REFUSED: INLINE, WARNINGS: INLINE}),
)
"""What an answer can be; where a client wants several as much, the first of them."""
ANY = MediaType("*/*", {})


def parsed(text: str) -> MediaType:
    """One type.

    >>> parsed("Text/CSV; header=present")
    MediaType(name='text/csv', parameters={'header': 'present'})
    """
    name, *parameters = BY_SEMICOLON.findall(text.lower()) or [""]
    pairs = (each.partition("=") for each in parameters)
    return MediaType(name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs})


@lru_cache(KEPT)
def of_content(header: str | None) -> MediaType:
    """What a body is; raises WrongContentType."""
    found = parsed(header or JSON)
    if found.name not in (*SUPPORTED, EVENT):
        raise WrongContentType(f"content type {quoted(header or '')}", field="Content-Type", accepted=LISTED)
    return found


@lru_cache(KEPT)
def of_answer(header: str | None) -> MediaType:
    """What the client wants most of what there is; raises Refused.

    >>> of_answer("text/csv;q=0.5, application/*").name
    'application/json'
    >>> of_answer("*/*, application/json;q=0").name
    'application/jsonlines'
    """
    ranges = [parsed(each) for each in BY_COMMA.findall(header or "") if each.strip()] or [ANY]
    weight, offer = max(((_wish(offer, ranges), offer) for offer in OFFERS), key=lambda pair: pair[0])
    if weight[0] > 0:
        return offer
    message = f"no answer is of the kind {quoted(header or '')}"
    raise Refused(406, "NotAcceptable", message, field="Accept", accepted=LISTED)


def _wish(offer: MediaType, ranges: Sequence[MediaType]) -> tuple[float, int, int]:
    """The weight of the range that names the offer most closely, then how closely and how early it does."""
    found = [
        (closeness, -place, each.weight)
        for place, each in enumerate(ranges)
        if (closeness := each.closeness(offer)) > 0
    ]
    if not found:
        return 0.0, 0, 0
    closeness, place, weight = max(found)
    return weight, closeness, place
