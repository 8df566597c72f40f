"""Candidates take turns."""

from __future__ import annotations

import pytest

from benchmarks.measuring import Candidate, interleaved


def noting(names: str) -> tuple[list[Candidate[int]], list[str]]:
    """Candidates that give how many measurements were taken before."""
    asked: list[str] = []

    def candidate(name: str) -> Candidate[int]:
        def measure() -> int:
            asked.append(name)
            return len(asked) - 1

        return Candidate(name, measure)

    return [candidate(name) for name in names], asked


def test_every_round_measures_each_candidate_once() -> None:
    candidates, asked = noting("abc")

    found = interleaved(candidates, rounds=5)

    assert [*found] == ["a", "b", "c"]
    assert {name: len(values) for name, values in found.items()} == {"a": 5, "b": 5, "c": 5}
    assert all(sorted(asked[first : first + 3]) == ["a", "b", "c"] for first in range(0, 15, 3))


def test_order_of_a_round_is_random_and_the_seeds() -> None:
    (first, asked), (again, asked_again), (other, asked_of_another) = noting("abcd"), noting("abcd"), noting("abcd")

    interleaved(first, rounds=8, seed=1)
    interleaved(again, rounds=8, seed=1)
    interleaved(other, rounds=8, seed=2)

    assert asked == asked_again != asked_of_another
    assert len({tuple(asked[start : start + 4]) for start in range(0, 32, 4)}) > 1


def test_rounds_before_are_measured_and_not_kept() -> None:
    candidates, asked = noting("ab")

    found = interleaved(candidates, rounds=1, before=2)

    assert len(asked) == 6
    assert sorted(value for values in found.values() for value in values) == [4, 5]


def test_progress_is_told_after_each_round() -> None:
    said: list[str] = []

    interleaved(noting("a")[0], rounds=1, before=1, say=said.append)

    assert said == ["round 1 of 2", "round 2 of 2"]


def test_two_candidates_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        interleaved(noting("aa")[0], rounds=1)
