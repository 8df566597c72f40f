"""How much of its function's memory each state took."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.runs.peaks import MB, NEARLY_FULL, fullest, sentences


def state(name: str, peak: float | None, memory_mb: int | None = 1000) -> dict[str, Any]:
    """`peak` is in MB."""
    told = {} if memory_mb is None else {"memory_mb": memory_mb}
    return {"state": name, "peak_memory_bytes": None if peak is None else round(peak * MB), **told}


def test_the_fullest_state_is_the_one_of_the_largest_share() -> None:
    found = fullest([state("Preprocess", 500, 2000), state("Train", 300), state("Evaluate", 299)])

    assert found == {"state": "Train", "share": 0.3, "words": "300 of 1,000 MB"}


@pytest.mark.parametrize("states", [[], [state("Train", None)], [state("Train", 100, None)], [{"state": "Train"}]])
def test_states_that_do_not_tell_have_no_fullest(states: list[dict[str, Any]]) -> None:
    assert fullest(states) is None


def test_all_that_is_told_stands_in_one_sentence() -> None:
    told = list(sentences([state("Preprocess", 500, 2000), state("Train", None), state("Evaluate", 100, None)]))

    assert told == ["Memory at most: Preprocess 500 of 2,000 MB, Evaluate 100 MB."]


def test_nothing_is_said_of_states_that_tell_nothing() -> None:
    assert list(sentences([state("Train", None)])) == []


@pytest.mark.parametrize("over", [0, 1])
def test_a_state_that_has_little_left_is_told_with_the_setting(over: int) -> None:
    told = list(sentences([state("Train", NEARLY_FULL * 1000 - 1 + over)]))

    assert [each for each in told if "little left" in each] == over * [
        "  Train has little left for more rows. Set NIGHTSWAP_TRAIN_MEMORY_MB to more, 10,240 at most, in"
        " .chalice/config.json, then nightswap deploy, and retrain."
    ]
