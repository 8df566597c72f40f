from __future__ import annotations

from typing import Any

import pytest

from chalicelib.quality.trials import Tuning
from tests.given.tuned import trial, tuning


def lines(document: dict[str, Any]) -> list[str]:
    return list(Tuning.of(document).lines)


def test_trials_are_told_best_first_each_with_a_bar_from_the_worst_to_the_best() -> None:
    said = lines(tuning(trial(0.5), trial(0.7), trial(0.9), best=3))

    assert said[0] == "Its parameters are the best of 3 trials, by roc_auc over 3 folds of 900 training rows:"
    assert [line.rpartition(" trial ")[2] for line in said[1:]] == [f"{place}: max_depth=3" for place in (3, 2, 1)]
    assert [line.count("#") for line in said[1:]] == [30, 15, 0]
    assert said[1].startswith("  0.9 (sd 0.02) ")


def test_trials_that_were_measured_once_say_on_which_rows() -> None:
    said = lines(tuning(trial(-0.5), trial(-0.25), best=2, folds=0, objective="neg_log_loss"))

    assert said[0] == (
        "Its parameters are the best of 2 trials, by neg_log_loss on 900 training rows that none was fitted on:"
    )
    assert [line.count("#") for line in said[1:]] == [30, 0]


def test_trials_of_one_mean_have_bars_of_one_length() -> None:
    assert [line.count("#") for line in lines(tuning(trial(0.5), trial(0.5)))[1:]] == [30, 30]


def test_a_trial_without_a_value_is_the_last_and_says_so() -> None:
    said = lines(tuning(trial(None), trial(0.7), best=2))

    assert said[-1].startswith("  no value ")
    assert said[-1].count("#") == 0


def test_of_trials_that_stopped_early_the_rows_are_told_and_those_on_most_come_first() -> None:
    few, all_rows = trial(0.95, rows=100), trial(0.9, rows=900)

    said = lines(tuning(few, all_rows, best=2, early_stopping=True))

    assert "0.9 (sd 0.02) on 900 rows" in said[1]
    assert "0.95 (sd 0.02) on 100 rows" in said[2]


def test_of_many_trials_ten_are_told_and_how_far_the_others_go_down() -> None:
    said = lines(tuning(*(trial(place / 100) for place in range(1, 21)), best=20))

    assert len(said) == 12
    assert said[-1] == "  and 10 more trials, down to 0.01"


def test_the_best_is_told_in_a_line() -> None:
    said = Tuning.of(tuning(trial(0.5), trial(0.912345678), best=2)).words

    assert said == "tuned: max_depth=3, the best of 2 trials (0.912346 (sd 0.02))"


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        (tuning(trial(0.5), best=2), ".best is no trial of it"),
        (tuning(trial(None)), ".best has no value"),
        (tuning({**trial(0.5), "seconds": "long"}), ".trials[0].seconds is no number"),
    ],
)
def test_a_document_that_names_no_best_trial_is_damaged(document: dict[str, Any], wrong: str) -> None:
    assert Tuning.misfit(document) == wrong


def test_spread_that_nobody_told_is_not_shown() -> None:
    tuned = Tuning.of(tuning(trial(0.9), trial(0.8, standard_deviation=None)))

    said = [*tuned.lines]

    assert said[1].startswith("  0.9 (sd 0.02) ")
    assert said[2].startswith("  0.8  ")
    assert "sd" not in said[2]
