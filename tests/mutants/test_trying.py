"""A mistake that the time was not enough for counts as neither caught nor passed over by all tests."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.drawing import draw
from tests.mutants.trying import Copy, tried


def test_tests_that_the_time_is_not_enough_for_are_told(tmp_path: Path) -> None:
    (mutant,) = draw(1, seed=1)
    copy = Copy(tmp_path / "copy")
    try:
        trial = tried(mutant, copy=copy, rings=[["tests/mutants/test_operators.py"]], within_seconds=0.01)
    finally:
        copy.close()

    assert (trial.caught_by, trial.is_asked_whole) == (None, False)
