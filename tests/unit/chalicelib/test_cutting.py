from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cutting import bounded, cut, listed, quoted
from chalicelib.limits import LISTED_NAMES, MESSAGE_CHARACTERS, NAME_CHARACTERS

values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text() | st.just("long " * 1000),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def deep() -> list[Any]:
    found: list[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


@given(st.text(st.characters()), st.integers(40, 200))
def test_what_fits_stays_and_what_does_not_is_cut_below_the_limit(text: str, characters: int) -> None:
    said = cut(text, characters)

    assert len(said) <= characters
    assert said.encode().decode() == said
    assert len(text) > characters or said == text.encode("utf-8", "replace").decode()


def test_cutting_says_how_much_it_cut() -> None:
    said = cut("x" * 10_000, 100)

    assert said == "x" * 70 + "... (9,930 more)"
    assert cut(said, 100) == said


def test_list_of_names_is_as_long_as_its_first_few() -> None:
    names = [f"column_{number}" for number in range(2_000)]

    said = listed(names)

    assert said.endswith("column_19, ... (1,980 more)")
    assert len(listed("x" * 100_000 for _ in range(2_000))) < (LISTED_NAMES + 1) * (NAME_CHARACTERS + 2)


def test_quoted_is_one_line() -> None:
    assert quoted("a\nb\ud800") == r"'a\nb?'"


def test_value_may_be_as_long_as_a_message_and_no_longer() -> None:
    longest = {"a": "x" * (MESSAGE_CHARACTERS - len("{'a': ''}"))}

    assert bounded(longest) is longest
    assert bounded({"a": longest["a"] + "x"}).endswith(" more)")


@given(values)
def test_value_stays_as_it_is_or_is_cut(value: Any) -> None:
    said = bounded(value)

    assert len(repr(said)) <= 2 * MESSAGE_CHARACTERS + 1000
    assert json.dumps(said)


@pytest.mark.parametrize(
    "make",
    [
        lambda: 10**5000,
        lambda: [10**5000],
        lambda: {"n": 10**5000},
        deep,
        lambda: ["x"] * 10**6,
        lambda: {"x" * 10**6: 1},
    ],
    ids=["huge", "list-of-huge", "dict-of-huge", "deep", "long", "long-name"],
)
def test_value_that_cannot_be_written_is_named_or_cut(make: Callable[[], Any]) -> None:
    assert len(json.dumps(bounded(make()))) < 4 * MESSAGE_CHARACTERS


def test_list_says_how_many_it_left_out() -> None:
    said = bounded([f"column_{number:06}" for number in range(2_000)])

    assert said[0] == "column_000000"
    assert said[-1] == f"... ({2_000 - len(said) + 1:,} more)"
