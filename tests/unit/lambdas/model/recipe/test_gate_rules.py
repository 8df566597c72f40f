from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.gate.thresholds import GateRule, at_least, at_most, at_most_cost, at_most_flips
from lambdas.model.metrics.ratios import OVERALL_RATIOS
from lambdas.model.recipe.gate_rules import LESS_IS_BETTER, METRICS
from tests.given import data

ACCURATE = at_least("accuracy", bound=0.6)
RECALL = at_least("recall", of="bad", bound=0.5)


def recall(**changes: Any) -> GateRule:
    given: dict[str, Any] = {"of": "bad", "bound": 0.5, **changes}
    return at_least("recall", **given)


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (recall(of="ugly"), "recall is of 'ugly': expected one of good, bad"),
        (recall(of=None), "recall is of None"),
        (at_least("accuracy", of="bad", bound=0.5), "leave `of` out"),
        (at_least("beauty", bound=0.5), "no metric 'beauty'"),
        (recall(bound=7), "the bound of recall of bad is 7: expected 0 to 1, for it is a ratio"),
        (recall(bound=-1), "the bound of recall of bad is -1"),
        (recall(bound=math.nan), "the bound of recall of bad is nan"),
        (recall(margin=-1), "the margin of recall of bad is -1: expected 0 or more and less than 0.5, or a guess"),
        (recall(margin=1), "the margin of recall of bad is 1"),
        (recall(margin=0.999), "the margin of recall of bad is 0.999"),
        (recall(margin=0.5), "the margin of recall of bad is 0.5"),
        (recall(margin=5), "the margin of recall of bad is 5"),
        (recall(margin=math.nan), "the margin of recall of bad is nan"),
        (at_least("support", of="bad", bound=-5), "the bound of support of bad is -5: expected 0 or more"),
        (at_least("support", of="bad", bound=math.inf), "the bound of support of bad is inf"),
        (at_least("support", of="bad", bound=5, margin=math.inf), "the margin of support of bad is inf"),
    ],
)
def test_threshold_without_sense_is_named(threshold: GateRule, words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(thresholds=[ACCURATE, threshold])

    assert [words in problem for problem in raised.value.details["problems"]] == [True]


def test_curves_need_the_positive_class() -> None:
    for metric in ("roc_auc", "average_precision"):
        with pytest.raises(RecipeInvalid, match=f"{metric} needs `positive`"):
            data.recipe(positive=None, thresholds=[at_least(metric, bound=0.5)])


def test_gate_without_a_threshold_is_refused() -> None:
    with pytest.raises(RecipeInvalid, match="any model would pass"):
        data.recipe(thresholds=[])


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_has_one_direction(metric: str) -> None:
    of = None if metric in OVERALL_RATIOS else "bad"
    floor, ceiling = at_least(metric, of=of, bound=1), at_most(metric, of=of, bound=1)
    good, wrong, use = (ceiling, floor, "at_most") if metric in LESS_IS_BETTER else (floor, ceiling, "at_least")
    others = [recall(of="good", bound=0.6), recall(of="bad")] if metric != "recall" else [recall(of="good")]

    assert data.recipe(thresholds=[*others, good]).thresholds[-1] == good
    with pytest.raises(RecipeInvalid, match=f"{metric}.* is better: use {use}$"):
        data.recipe(thresholds=[*others, wrong])


@pytest.mark.parametrize("bounds", [(0.7, 0.9), (0.7, 0.7)])
def test_metric_with_two_bounds_is_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(RecipeInvalid, match="recall of bad has 2 bounds: keep one"):
        data.recipe(thresholds=[ACCURATE, *(recall(bound=bound) for bound in bounds)])


def test_floor_above_a_ceiling_of_the_same_metric_is_refused() -> None:
    thresholds = [ACCURATE, recall(bound=0.9), at_most("recall", of="bad", bound=0.8)]

    with pytest.raises(RecipeInvalid, match="use at_least; recall of bad has 2 bounds"):
        data.recipe(thresholds=thresholds)


def test_bounds_at_the_ends_are_taken() -> None:
    thresholds = [
        recall(bound=0, margin=0),
        at_most("false_positive_rate", of="bad", bound=1, margin=0.499),
        at_least("accuracy", bound=1, margin=None),
        at_least("support", of="bad", bound=0, margin=5),
        at_most("false_negative_count", of="bad", bound=0),
    ]

    assert list(data.recipe(thresholds=thresholds).thresholds) == thresholds


def fp_rate(of: str, bound: float) -> GateRule:
    return at_most("false_positive_rate", of=of, bound=bound)


def misses(of: str, bound: float) -> GateRule:
    return at_most("false_negative_count", of=of, bound=bound)


def support(of: str, bound: float) -> GateRule:
    return at_least("support", of=of, bound=bound)


def precision(of: str, bound: float) -> GateRule:
    return at_least("precision", of=of, bound=bound)


def problems(thresholds: list[GateRule], **changes: Any) -> list[str]:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(thresholds=thresholds, **changes)
    found: list[str] = raised.value.details["problems"]
    return found


@pytest.mark.parametrize(
    ("thresholds", "answer"),
    [
        ([RECALL], "bad"),
        ([RECALL, support("bad", 20)], "bad"),
        ([RECALL, support("good", 20)], "bad"),
        ([RECALL, misses("bad", 3)], "bad"),
        ([RECALL, fp_rate("good", 0.1)], "bad"),
        ([fp_rate("bad", 0.1)], "good"),
        ([support("bad", 20)], "good"),
        ([at_least("accuracy", bound=0)], "good"),
        ([at_least("accuracy", bound=1e-9)], "good"),
        ([recall(bound=0), recall(of="good", bound=0)], "good"),
        ([fp_rate("bad", 1), fp_rate("good", 1)], "good"),
        ([precision("bad", 0)], "bad"),
        ([precision("bad", 1e-9), RECALL], "bad"),
        ([at_least("f1", of="bad", bound=0)], "good"),
        ([at_least("roc_auc", bound=0.5), at_least("average_precision", bound=0)], "good"),
        ([RECALL, at_least("roc_auc", bound=0.5)], "bad"),
    ],
)
def test_gate_that_one_answer_to_everything_passes_is_refused_with_what_to_add(
    thresholds: list[GateRule], answer: str
) -> None:
    assert problems(thresholds) == [
        f"thresholds are sure to pass a model that answers {answer} to everything: add "
        f'at_least("precision", of="{answer}", ...), at_most("false_positive_rate", of="{answer}", ...) '
        "or the recall of another class"
    ]


@pytest.mark.parametrize(
    ("thresholds", "most"),
    [
        ([misses("bad", 10**12)], 10**12),
        ([misses("bad", 5), fp_rate("bad", 0.1)], 5),
        ([misses("bad", 50), fp_rate("bad", 0.1), support("bad", 50)], 50),
        ([misses("bad", 50.5), support("bad", 50)], 50),
    ],
)
def test_count_of_misses_that_the_support_need_not_exceed_is_refused(thresholds: list[GateRule], most: int) -> None:
    (problem,) = problems(thresholds)

    assert problem.startswith("thresholds are sure to pass a model that answers good to everything: ")
    assert problem.endswith(
        f"; no threshold asks for more rows of bad than the {most:,} that may be missed: "
        f'add at_least("support", of="bad", bound={most + 1})'
    )


@pytest.mark.parametrize(
    ("thresholds", "guess"),
    [
        ([RECALL, recall(of="good")], "good to 50 % of the rows, bad to 50 % of the rows"),
        ([at_least("accuracy", bound=0.5)], "good to 50 % of the rows, bad to 50 % of the rows"),
        ([RECALL, at_least("accuracy", bound=0.5)], "good to 50 % of the rows, bad to 50 % of the rows"),
        ([recall(bound=0.9), fp_rate("bad", 0.9)], "good to 10 % of the rows, bad to 90 % of the rows"),
        ([recall(bound=0.7), recall(of="good", bound=0.3)], "good to 30 % of the rows, bad to 70 % of the rows"),
        ([recall(bound=1e-6), fp_rate("bad", 0.2)], "good to 100 % of the rows, bad to 0.0001 % of the rows"),
        ([precision("bad", 0), precision("good", 0)], "good to 50 % of the rows, bad to 50 % of the rows"),
    ],
)
def test_gate_that_a_guess_passes_is_refused_with_its_shares(thresholds: list[GateRule], guess: str) -> None:
    (problem,) = problems(thresholds)

    assert problem.startswith(f"thresholds pass a model that guesses without a look at the row, {guess}: ")
    assert problem.endswith('raise the bounds, or add at_least("precision", of="bad", ...)')


def test_guess_among_three_classes_is_found() -> None:
    classes = {"a": "ant", "b": "bee", "c": "cat"}
    thresholds = [recall(of="ant", bound=0.5), recall(of="bee", bound=0.1)]

    (problem,) = problems(thresholds, classes=classes, positive=None)

    assert "ant to 90 % of the rows, bee to 10 % of the rows: " in problem
    assert data.recipe(
        classes=classes, positive=None, thresholds=[*thresholds, recall(of="cat", bound=0.5)]
    ).thresholds
    with pytest.raises(RecipeInvalid, match=r"ant to 33\.3 % of the rows"):
        data.recipe(classes=classes, positive=None, thresholds=[at_least("accuracy", bound=1 / 3)])


@pytest.mark.parametrize(
    "threshold",
    [
        ACCURATE,
        precision("bad", 0.5),
        at_least("f1", of="bad", bound=0.5),
        fp_rate("bad", 0.1),
        recall(of="good", bound=0.51),
        precision("good", 0.5),
        at_least("roc_auc", bound=0.51),
        at_least("average_precision", bound=0.1),
    ],
)
def test_any_threshold_that_no_trivial_answer_reaches_makes_it_a_gate(threshold: GateRule) -> None:
    assert data.recipe(thresholds=[RECALL, threshold])


def test_count_of_misses_below_the_support_asked_for_makes_it_a_gate() -> None:
    assert data.recipe(thresholds=[RECALL, misses("good", 5), support("good", 6)])


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (recall(sure=0.5), "sure of recall of bad is 0.5: expected more than 0.5 and less than 1, such as 0.95"),
        (recall(sure=1e-9), "sure of recall of bad is 1e-09"),
        (recall(sure=1), "sure of recall of bad is 1: "),
        (recall(sure=math.nan), "sure of recall of bad is nan"),
        (recall(bound=1, sure=0.95), "no number of rows proves that recall of bad is 1: take another bound"),
        (recall(bound=0, sure=0.95), "recall of bad >= 0 is always true: take another bound, or no `sure`"),
        (
            at_most("false_positive_rate", of="bad", bound=0, sure=0.95),
            "no number of rows proves that false_positive_rate of bad is 0",
        ),
        (
            at_most("false_positive_rate", of="bad", bound=1, sure=0.95),
            "false_positive_rate of bad <= 1 is always true",
        ),
        (
            at_least("support", of="bad", bound=9, sure=0.95),
            "support of bad takes no `sure`: it is a count of this holdout, and known",
        ),
        (
            at_most("false_negative_count", of="bad", bound=9, sure=0.95),
            "false_negative_count of bad takes no `sure`: it is a count",
        ),
        (at_least("roc_auc", bound=0.9, sure=0.95), "roc_auc takes no `sure`: it is no share of rows"),
        (at_least("average_precision", bound=0.9, sure=0.95), "average_precision takes no `sure`"),
        (replace(at_most_cost({"fn": 50}, of="bad", per_row=0.4), sure=0.95), "cost_per_row of bad takes no `sure`"),
    ],
)
def test_sureness_without_sense_is_named(threshold: GateRule, words: str) -> None:
    (problem,) = problems([ACCURATE, threshold])

    assert words in problem


@pytest.mark.parametrize("metric", ["recall", "precision", "f1"])
def test_ratio_that_is_a_share_of_rows_can_be_asked_for_surely(metric: str) -> None:
    thresholds = [at_least("accuracy", bound=0.6, sure=0.9), at_least(metric, of="bad", bound=0.9, sure=0.95)]

    assert data.recipe(thresholds=thresholds)


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (
            at_most_cost({}, of="bad", per_row=1),
            "the costs of cost_per_row of bad are of none: expected one or both of",
        ),
        (
            at_most_cost({"tp": 1}, of="bad", per_row=1),
            "the costs of cost_per_row of bad are of tp: expected one or both",
        ),
        (
            at_most_cost({"fn": 0}, of="bad", per_row=1),
            "the costs of cost_per_row of bad are 0: expected more than 0",
        ),
        (at_most_cost({"fn": 5, "fp": -1}, of="bad", per_row=1), "are 5, -1: expected more than 0; leave out"),
        (at_most_cost({"fn": math.inf}, of="bad", per_row=1), "are inf: expected more than 0"),
        (at_most_cost({"fn": math.nan}, of="bad", per_row=1), "are nan: expected more than 0"),
        (at_most_cost({"fn": 5}, of="bad", per_row=-1), "per_row of cost_per_row of bad is -1: expected 0 or more"),
        (
            at_most_cost({"fn": 5, "fp": 1}, of="bad", per_row=5),
            "per_row of cost_per_row of bad is 5: expected 0",
        ),
        (at_most_cost({"fn": 5}, of="bad", per_row=math.nan), "per_row of cost_per_row of bad is nan"),
        (at_most_cost({"fn": 5}, of="ugly", per_row=1), "cost_per_row is of 'ugly': expected one of good, bad"),
        (at_most("cost_per_row", of="bad", bound=1), "cost_per_row is made with at_most_cost("),
        (replace(recall(), costs={"fn": 1}), "recall is made with at_most_cost("),
    ],
)
def test_cost_without_sense_is_named(threshold: GateRule, words: str) -> None:
    (problem,) = problems([ACCURATE, threshold])

    assert words in problem


@pytest.mark.parametrize(
    ("costs", "per_row", "answer"),
    [
        ({"fn": 50, "fp": 1}, 1, "a model that answers bad to everything"),
        ({"fn": 1, "fp": 50}, 1, "a model that answers good to everything"),
        ({"fn": 1, "fp": 1}, 0.5, "a model that guesses without a look at the row, good to 50 % of the rows"),
        ({"fn": 50, "fp": 1}, 50 / 51, "a model that guesses without a look at the row, good to 1.96 % of the rows"),
        ({"fn": 50}, 0.1, "a model that answers bad to everything"),
    ],
)
def test_cost_that_a_trivial_answer_never_exceeds_makes_no_gate(
    costs: dict[str, float], per_row: float, answer: str
) -> None:
    (problem,) = problems([at_most_cost(costs, of="bad", per_row=per_row)])

    assert answer in problem


def test_cost_that_every_trivial_answer_may_exceed_makes_a_gate() -> None:
    assert data.recipe(thresholds=[at_most_cost({"fn": 50, "fp": 1}, of="bad", per_row=0.4)])
    with pytest.raises(RecipeInvalid, match="cost_per_row of bad has 2 bounds"):
        data.recipe(thresholds=[at_most_cost({"fn": 50}, of="bad", per_row=n / 10) for n in (1, 2)])


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (at_most_flips(0), "the share of at_most_flips is 0: expected more than 0, for a new model"),
        (at_most_flips(-0.1), "the share of at_most_flips is -0.1"),
        (at_most_flips(1), "the share of at_most_flips is 1: expected more than 0"),
        (at_most_flips(1.5), "and less than 1, which any model keeps"),
        (at_most_flips(math.nan), "the share of at_most_flips is nan"),
        (at_most_flips(0.1, sure=0.4), "sure of flips is 0.4: expected more than 0.5 and less than 1"),
        (at_most("flips", bound=0.1), "flips is made with at_most_flips(0.01)"),
        (at_least("flips", bound=0.1, margin=None), "flips is made with at_most_flips(0.01)"),
        (at_most("flips", of="bad", bound=0.1, margin=None), "flips is made with at_most_flips(0.01)"),
    ],
)
def test_flips_without_sense_are_named(threshold: GateRule, words: str) -> None:
    (problem,) = problems([ACCURATE, threshold])

    assert words in problem


def test_flips_of_a_recipe_that_compares_nothing_are_refused() -> None:
    with pytest.raises(RecipeInvalid, match="compare_with_champion is False: leave one out"):
        data.recipe(thresholds=[ACCURATE, at_most_flips(0.1)], compare_with_champion=False)


def test_flips_alone_are_no_gate() -> None:
    (problem,) = problems([at_most_flips(0.01)])

    assert "thresholds are sure to pass a model that answers" in problem


def test_flips_are_bounded_once() -> None:
    (problem,) = problems([ACCURATE, at_most_flips(0.01), at_most_flips(0.02)])

    assert problem == "flips has 2 bounds: keep one"
