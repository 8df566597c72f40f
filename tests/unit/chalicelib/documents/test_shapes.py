"""Each shape takes what it says and nothing beside it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalicelib.documents.shapes import (
    LARGEST,
    ByKind,
    Kind,
    Record,
    anything,
    count,
    digits,
    filled,
    flag,
    list_of,
    maybe,
    moment,
    number,
    number_from_1,
    one_of,
    sha256,
    share,
    table_of,
    text,
)

BY_KIND = ByKind({"n": Record({"median": number}), "t": Record({"top": text})})
FITTING: list[tuple[Kind, list[Any]]] = [
    (anything, [None, 1, object()]),
    (text, ["", "a"]),
    (flag, [True, False]),
    (count, [0, 1, LARGEST]),
    (number_from_1, [1, LARGEST]),
    (number, [-1, 0, 0.5, 10**300]),
    (share, [0, 1, 0.5, 0.0, 1.0]),
    (sha256, ["0" * 64, "abcdef0123456789" * 4]),
    (moment, ["2026-11-21T03:00:00Z", "2026-11-21T03:00:00+05:45"]),
    (digits, ["0", "17"]),
    (maybe(text), [None, "a"]),
    (one_of("a", 1), ["a", 1]),
    (list_of(count), [[], [0, 1]]),
    (table_of(count), [{}, {"a": 0}]),
    (filled(table_of(count)), [{"a": 0}]),
    (BY_KIND, [{"kind": "n", "median": 1}, {"kind": "t", "top": "a", "median": None}]),
]
OTHERS: list[tuple[Kind, Any, str]] = [
    (text, 1, " is no text"),
    (text, None, " is no text"),
    (flag, 0, " is neither true nor false"),
    (count, -1, " is no whole number from 0"),
    (count, True, " is no whole number from 0"),
    (count, 1.0, " is no whole number from 0"),
    (count, LARGEST + 1, " is no whole number from 0"),
    (number_from_1, 0, " is no whole number from 1"),
    (number_from_1, True, " is no whole number from 1"),
    (number_from_1, LARGEST + 1, " is no whole number from 1"),
    (number, True, " is no number"),
    (number, "1", " is no number"),
    (number, math.inf, " is no number"),
    (number, math.nan, " is no number"),
    (share, -0.001, " is no share from 0 to 1"),
    (share, 1.001, " is no share from 0 to 1"),
    (share, True, " is no share from 0 to 1"),
    (sha256, "0" * 63, " is no SHA-256 in hexadecimal"),
    (sha256, "0" * 65, " is no SHA-256 in hexadecimal"),
    (sha256, "A" * 64, " is no SHA-256 in hexadecimal"),
    (sha256, 64, " is no SHA-256 in hexadecimal"),
    (moment, "2026-11-21T03:00:00", " is a time without a zone"),
    (moment, "3 o'clock", " is no time in ISO 8601"),
    (moment, None, " is no time in ISO 8601"),
    (digits, "", " is no number of a function version"),
    (digits, "\u0661", " is no number of a function version"),
    (digits, 1, " is no number of a function version"),
    (maybe(text), 1, " is no text"),
    (one_of("a", 1), "b", " is none of a, 1"),
    (filled(list_of(count)), [], " is empty"),
    (filled(list_of(count)), [-1], "[0] is no whole number from 0"),
    (BY_KIND, [], " is no object"),
    (BY_KIND, {}, ".kind is missing"),
    (BY_KIND, {"kind": ["n"]}, ".kind is none of n, t"),
    (BY_KIND, {"kind": "x", "top": "a"}, ".kind is none of n, t"),
    (BY_KIND, {"kind": "n", "top": "a"}, ".median is missing"),
    (list_of(count), (0,), " is no list"),
    (list_of(count), [0, -1, -2], "[1] is no whole number from 0"),
    (table_of(count), [], " is no object"),
    (table_of(count), {"a": 0, "b": -1}, "['b'] is no whole number from 0"),
    (table_of(count), {"x" * 100: -1}, f"['{'x' * 59}] is no whole number from 0"),
]
MOVE = Record({"who": text, "entry": number_from_1}, perhaps={"why": text})


@pytest.mark.parametrize(("kind", "values"), FITTING)
def test_what_fits_is_taken(kind: Kind, values: list[Any]) -> None:
    assert [kind(value) for value in values] == [None] * len(values)


@pytest.mark.parametrize(("kind", "value", "problem"), OTHERS)
def test_what_does_not_fit_is_named(kind: Kind, value: Any, problem: str) -> None:
    assert kind(value) == problem


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"who": "ada", "entry": 1}, None),
        ({"who": "ada", "entry": 1, "why": "so", "unknown": object()}, None),
        ([], " is no object"),
        ({"entry": 1}, ".who is missing"),
        ({"who": "ada"}, ".entry is missing"),
        ({"who": "ada", "entry": 0}, ".entry is no whole number from 1"),
        ({"who": "ada", "entry": 1, "why": None}, ".why is no text"),
    ],
)
def test_record_has_its_fields_and_perhaps_others(value: Any, problem: str | None) -> None:
    assert MOVE(value) == problem
