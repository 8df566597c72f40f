"""No limit, time-out, size or share changes without a difference that somebody reads."""

from __future__ import annotations

from tests.contract.numbers import GOLDEN, named


def test_committed_numbers_are_those_of_the_source() -> None:
    assert named().splitlines() == GOLDEN.read_text().splitlines(), "run `make render` and look at the difference"
