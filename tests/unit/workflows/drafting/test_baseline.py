"""The thresholds of a drafted recipe: reached by a model as good as the baseline, and by no trivial answer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import CommandFailed
from lambdas.model.gate.bounds import tail
from lambdas.model.metrics.ratios import Proportion
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Numeric, Recipe, at_least
from workflows.drafting import baseline as drafting
from workflows.drafting.baseline import FINE_ABOVE, NIGHTS_MISSED, Baseline, baseline
from workflows.drafting.estimators import balanced, plain

SEED = 3


def table(rows: int, *, classes: dict[str, float], signal: float) -> Table:
    """Rows whose first number is the higher the later the class comes, by so many standard deviations."""
    rng = np.random.default_rng(SEED)
    names = list(classes)
    places = rng.choice(len(names), size=rows, p=list(classes.values()))
    numbers = np.column_stack([places * signal + rng.normal(size=rows), rng.normal(size=rows)])
    return Table(numbers, np.empty((rows, 0), dtype=np.str_), np.array(names, dtype=np.str_)[places])


def found(rows: Table, *, positive: str | None) -> Baseline:
    names = sorted({str(each) for each in rows.labels})
    recipe = Recipe(
        model="loans",
        columns=[Numeric("one"), Numeric("two")],
        label="paid",
        classes={name: name for name in names},
        positive=positive,
        estimator=plain,
        thresholds=[at_least("accuracy", bound=1.0)],
    )
    return baseline(recipe, table=rows)


def test_recall_and_precision_of_the_positive_class_are_bounded() -> None:
    reached = found(table(3000, classes={"yes": 0.8, "no": 0.2}, signal=3.0), positive="no")

    recall, precision = (each.threshold for each in reached.bounds)
    values = [float(reached.counted.value(each) or 0) for each in (recall, precision)]
    assert [(each.metric, each.of) for each in (recall, precision)] == [("recall", "no"), ("precision", "no")]
    assert 0.05 < values[0] - recall.bound < 0.2
    assert 0.05 < values[1] - precision.bound < 0.2


def test_a_bound_tells_value_interval_and_what_the_holdout_notices() -> None:
    reached = found(table(3000, classes={"yes": 0.8, "no": 0.2}, signal=3.0), positive="no")

    first, last = reached.bounds[0].about
    assert first.startswith(
        f"{float(reached.counted.of_class['no']['recall'] or 0):.4g} in cross-validation (each end"
    )
    assert last.startswith("the holdout has about 117 rows of no: on 4 of 5 nights a fall of 0.")


def test_copies_are_told() -> None:
    rows = table(1500, classes={"yes": 0.7, "no": 0.3}, signal=3.0)
    thrice = rows.take(np.tile(np.arange(len(rows)), 3))

    said = found(thrice, positive="no").bounds[0].about[1]

    assert said.startswith("copies make 1,353 rows count as about 451")


def test_of_many_classes_the_accuracy_and_each_recall_are_bounded() -> None:
    reached = found(table(3000, classes={"a": 0.4, "b": 0.3, "c": 0.3}, signal=4.0), positive=None)

    assert [(each.threshold.metric, each.threshold.of) for each in reached.bounds] == [
        ("accuracy", None),
        *(("recall", name) for name in "abc"),
    ]


def test_of_many_classes_a_positive_one_changes_nothing() -> None:
    rows = table(3000, classes={"a": 0.4, "b": 0.3, "c": 0.3}, signal=4.0)

    assert [each.threshold.metric for each in found(rows, positive="b").bounds] == ["accuracy", *["recall"] * 3]


def test_a_class_that_is_too_rare_to_be_bounded_is_left_to_the_accuracy() -> None:
    reached = found(table(2000, classes={"a": 0.5, "b": 0.49, "c": 0.01}, signal=1.8), positive=None)

    assert [each.threshold.of for each in reached.bounds] == [None, "a", "b"]


def test_a_rare_class_is_balanced_where_it_is_found_better_so() -> None:
    reached = found(table(4000, classes={"yes": 0.95, "no": 0.05}, signal=1.2), positive="no")

    assert reached.estimator is balanced


@pytest.mark.parametrize(("share", "tried"), [(0.24, 2), (0.26, 1)])
def test_balancing_is_tried_where_a_class_has_less_than_half_of_its_even_share(share: float, tried: int) -> None:
    rows = np.arange(1000)
    labels = np.where(rows < 1000 * share, "no", "yes")
    made = Table(np.zeros((1000, 1)), np.empty((1000, 0), dtype=np.str_), labels)

    assert len(drafting._worth_trying(made)) == tried


def test_balancing_that_is_no_better_is_left_out() -> None:
    assert found(table(3000, classes={"yes": 0.9, "no": 0.1}, signal=8.0), positive="no").estimator is plain


@pytest.mark.parametrize("classes", [{"yes": 0.5, "no": 0.5}, {"yes": 0.9, "no": 0.1}])
def test_columns_that_tell_nothing_are_refused(classes: dict[str, float]) -> None:
    with pytest.raises(CommandFailed, match="of these columns tells too little about paid: recall ") as refused:
        found(table(1000, classes=classes, signal=0.0), positive="no")

    assert "reached by an answer that never looks at the row too" in refused.value.message


def test_many_classes_of_which_columns_tell_nothing_are_refused() -> None:
    with pytest.raises(CommandFailed, match="tells too little about paid"):
        found(table(1000, classes={"a": 0.4, "b": 0.3, "c": 0.3}, signal=0.0), positive=None)


def test_a_baseline_without_an_error_is_known() -> None:
    perfect = found(table(600, classes={"yes": 0.5, "no": 0.5}, signal=50.0), positive="no")
    others = found(table(600, classes={"yes": 0.5, "no": 0.5}, signal=2.0), positive="no")

    assert (perfect.is_perfect, others.is_perfect) == (True, False)
    assert [each.threshold.bound for each in perfect.bounds] == [0.88, 0.88]


def test_a_large_file_is_drawn_from_and_its_holdout_is_as_large_as_it_is() -> None:
    rows = table(drafting.ROWS_MAX + 20_000, classes={"yes": 0.5, "no": 0.5}, signal=3.0)

    reached = found(rows, positive="no")

    held_out = round(0.2 * int((rows.labels == "no").sum()))
    assert reached.counted.rows == drafting.ROWS_MAX
    assert any(f"about {held_out + off:,} rows of no" in reached.bounds[0].about[-1] for off in (-1, 0, 1))


@given(
    whole=st.integers(1, 3000),
    share=st.floats(0, 1),
    rules=st.integers(1, 20),
)
def test_a_model_as_good_misses_no_bound_more_often_than_its_share_of_nights(
    whole: int, share: float, rules: int
) -> None:
    part = round(share * whole)
    sure = 1 - NIGHTS_MISSED / rules
    bound = drafting._lowest(Proportion(part, whole), scale=Fraction(1, 5), sure=sure)

    held_out = whole // 5
    right = max(held_out - -(-(whole - part) // 5), 0)
    assert 0 <= bound <= (right / held_out if held_out else 0)
    assert not bound or tail(right, held_out, share=bound) == pytest.approx(NIGHTS_MISSED / rules, rel=1e-6)


@given(st.floats(0, 1))
def test_a_bound_is_rounded_down_by_less_than_a_step(ratio: float) -> None:
    bound = drafting._rounded_down(ratio)

    assert 0 <= ratio - bound < (0.001 if ratio >= FINE_ABOVE else 0.01) + 1e-12
