from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.gate.thresholds import AT_LEAST, GateRule, at_least, at_most
from lambdas.model.recipe.trivial_answers import passing_answer

CLASSES = ("ant", "bee", "cat")
TENTHS = [Fraction(n, 10) for n in range(11)]
GRID = [shares for shares in product(TENTHS, repeat=3) if sum(shares) == 1]
EXTREMES = [Fraction(1, 1000), Fraction(998, 1000)]
HOLDOUTS = [shares for shares in product([*EXTREMES, Fraction(1, 3)], repeat=3) if sum(shares) == 1]
"""Shares of the classes in the rows: one class has almost all of them, or each has a third."""

bounds = st.sampled_from([n / 10 for n in range(11)])
classes = st.sampled_from(CLASSES)
thresholds = st.one_of(
    st.builds(lambda of, bound: at_least("recall", of=of, bound=bound), classes, bounds),
    st.builds(lambda of, bound: at_most("false_positive_rate", of=of, bound=bound), classes, bounds),
    st.builds(lambda of, bound: at_least("precision", of=of, bound=bound), classes, bounds),
    st.builds(lambda of, bound: at_least("f1", of=of, bound=bound), classes, bounds),
    st.builds(lambda bound: at_least("accuracy", bound=bound), bounds),
)


def score(threshold: GateRule, *, answer: tuple[Fraction, ...], rows: tuple[Fraction, ...]) -> Fraction | None:
    """What an answer with these shares reaches on average, from the joint shares of class and answer."""
    if threshold.of is None:
        return sum((q * p for q, p in zip(answer, rows, strict=True)), Fraction(0))
    place = CLASSES.index(threshold.of)
    q, p = answer[place], rows[place]
    tp, fp, fn = p * q, (1 - p) * q, p * (1 - q)
    part, whole = {
        "recall": (tp, tp + fn),
        "precision": (tp, tp + fp),
        "f1": (2 * tp, 2 * tp + fp + fn),
        "false_positive_rate": (fp, 1 - p),
    }[threshold.metric]
    return part / whole if whole else None


def passes(gate: list[GateRule], *, answer: tuple[Fraction, ...]) -> bool:
    """Whether it reaches every bound whatever the classes' shares of the rows."""
    for threshold, rows in product(gate, HOLDOUTS):
        value, bound = score(threshold, answer=answer, rows=rows), Fraction(str(threshold.bound))
        if value is None or not (value >= bound if threshold.direction == AT_LEAST else value <= bound):
            return False
    return True


@given(gate=st.lists(thresholds, min_size=1, max_size=5))
def test_answer_is_found_exactly_where_one_of_all_answers_passes(gate: list[GateRule]) -> None:
    """In tenths: with bounds in tenths there is an answer in tenths wherever there is any, but for one that gives
    some class next to no rows, which only a precision of 0 or more asks for."""
    gate = [each for each in gate if each.metric != "precision" or each.bound > 0]

    found = passing_answer(gate, classes=CLASSES)

    assert (found is not None) == any(passes(gate, answer=shares) for shares in GRID)
    if found is not None:
        assert sum(found.values()) == 1
        assert passes(gate, answer=tuple(found[name] for name in CLASSES))


RAREST = 1e-8
"""One row of the largest holdout."""


@pytest.mark.parametrize(
    ("demand", "passes"),
    [
        (at_least("average_precision", bound=RAREST), True),
        (at_least("average_precision", bound=RAREST * 1.01), False),
        (at_least("precision", of="ant", bound=RAREST), True),
        (at_least("precision", of="ant", bound=RAREST * 1.01), False),
        (at_least("f1", of="ant", bound=RAREST), True),
        (at_least("f1", of="ant", bound=RAREST * 1.01), False),
        (at_least("roc_auc", bound=0.5), True),
        (at_least("roc_auc", bound=0.51), False),
    ],
    ids=str,
)
def test_bound_that_the_rarest_class_reaches_by_itself_is_passed_by_an_answer_that_looks_at_no_row(
    demand: GateRule, passes: bool
) -> None:
    assert (passing_answer([demand], classes=CLASSES) is not None) == passes


@pytest.mark.parametrize(("bound", "passes"), [(RAREST, True), (RAREST * 1.01, False)])
def test_accuracy_of_the_rarest_class_alone_is_reached_by_one_class_for_everything(
    bound: float, passes: bool
) -> None:
    gate = [at_least("recall", of="ant", bound=1), at_least("accuracy", bound=bound)]

    assert (passing_answer(gate, classes=CLASSES) is not None) == passes
