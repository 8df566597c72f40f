from __future__ import annotations

import pytest

from lambdas.model.gate.dummy_classifier import passing_class
from lambdas.model.gate.thresholds import GateRule, at_least, at_most, at_most_cost, at_most_flips

SUPPORTS = {"normal": 95, "attack": 5}


@pytest.mark.parametrize(
    ("thresholds", "found"),
    [
        ([at_least("accuracy", bound=0.95)], "normal"),
        ([at_least("accuracy", bound=0.96)], None),
        ([at_least("accuracy", bound=0.95), at_most_flips(0.01)], "normal"),
        ([at_least("accuracy", bound=0.95, sure=0.95)], None),
        ([at_least("accuracy", bound=0.89, sure=0.95)], "normal"),
        ([at_least("precision", of="attack", bound=0.05), at_least("recall", of="attack", bound=0.9)], "attack"),
        ([at_least("precision", of="attack", bound=0.06)], None),
        ([at_least("recall", of="attack", bound=0.1), at_most("false_positive_rate", of="attack", bound=0.5)], None),
        ([at_most("false_negative_count", of="attack", bound=5), at_least("accuracy", bound=0.6)], "normal"),
        ([at_most("false_negative_count", of="attack", bound=4), at_least("accuracy", bound=0.6)], None),
        ([at_least("average_precision", bound=0.05), at_least("accuracy", bound=0.6)], "normal"),
        ([at_least("average_precision", bound=0.06)], None),
        ([at_least("roc_auc", bound=0.51)], None),
        ([at_least("roc_auc", bound=0.5), at_most_cost({"fn": 50, "fp": 1}, of="attack", per_row=0.95)], "attack"),
        ([at_most_cost({"fn": 50, "fp": 1}, of="attack", per_row=0.94)], None),
        ([at_least("support", of="attack", bound=6), at_least("accuracy", bound=0.6)], None),
    ],
)
def test_class_is_found_that_passes_every_threshold_as_the_answer_to_every_row(
    thresholds: list[GateRule], found: str | None
) -> None:
    assert passing_class(thresholds, supports=SUPPORTS, positive="attack") == found


def test_no_class_passes_on_a_holdout_without_rows() -> None:
    nothing = dict.fromkeys(SUPPORTS, 0)

    assert passing_class([at_least("accuracy", bound=0.6)], supports=nothing, positive=None) is None
