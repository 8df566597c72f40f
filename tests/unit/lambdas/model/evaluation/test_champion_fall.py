from __future__ import annotations

import pytest

from lambdas.model.evaluation.champion_fall import FALL, fallen


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [(0.9, 0.75, True), (0.92, 0.82, False), (0.5, 0.5 - FALL, False), (0.2, 0.9, False)],
)
def test_a_large_fall_is_told_and_nothing_else(before: float, after: float, is_told: bool) -> None:
    found = fallen({"attack": {"recall": before}}, {"attack": {"recall": after}})

    assert found == ([{"class": "attack", "ratio": "recall", "then": before, "now": after}] if is_told else [])


@pytest.mark.parametrize(("before", "after"), [(None, 0.1), (0.9, None)])
def test_what_is_undefined_did_not_fall(before: float | None, after: float | None) -> None:
    assert fallen({"attack": {"recall": before}}, {"attack": {"recall": after}}) == []


def test_class_that_is_new_or_gone_did_not_fall() -> None:
    assert fallen({"worm": {"recall": 0.9}}, {"attack": {"recall": 0.1}}) == []


def test_other_numbers_of_a_class_are_not_looked_at() -> None:
    assert fallen({"attack": {"support": 900}}, {"attack": {"support": 1}}) == []
