"""The name of an attempt."""

from __future__ import annotations

from chalicelib.api import attempts


def test_two_attempts_have_two_names_of_the_wanted_length() -> None:
    made = {attempts.new(), attempts.new(), attempts.new(3)}

    assert sorted(map(len, made)) == [6, 16, 16]
    assert all(int(each, 16) >= 0 for each in made)
