"""What an answer repeats of a request is short, whatever was sent."""

from __future__ import annotations

import pytest

from lambdas.serve.refusal import Refused, listed, plain, shown


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("y" * 40, repr("y" * 40)),
        ("y" * 41, repr("y" * 40 + "...")),
        (2**64 - 1, "18446744073709551615"),
        (-(2**64) + 1, "-18446744073709551615"),
        (2**64, "a huge number"),
        (False, "false"),
        ({"a": 1}, "an object"),
        (object(), "something else"),
    ],
)
def test_value_is_shown_within_bounds(value: object, words: str) -> None:
    assert shown(value) == words


def test_name_is_cut_after_40_characters_and_can_be_encoded() -> None:
    assert plain("y" * 39 + "\ud800" + "z") == "y" * 39 + "\\ud800"


@pytest.mark.parametrize(("names", "more"), [(20, ""), (21, " and 1 more"), (22, " and 2 more")])
def test_twenty_names_are_listed_and_the_others_counted(names: int, more: str) -> None:
    assert listed(f"n{n:02}" for n in reversed(range(names))) == ", ".join(f"n{n:02}" for n in range(20)) + more


def test_refusal_says_which_instance_it_is_about() -> None:
    first = Refused("Odd", "is odd", field="size", accepted="a number", instance=0, status=413)

    assert first.answer() == {
        "status": 413,
        "body": {
            "Code": "Odd",
            "Message": "instance 0: is odd",
            "Field": "size",
            "Accepted": "a number",
            "Instance": 0,
        },
    }
    assert Refused("Odd", "is odd").answer()["status"] == 400
