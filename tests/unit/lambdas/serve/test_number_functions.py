from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import boxcox  # type: ignore[import-untyped]
from scipy.stats import yeojohnson  # type: ignore[import-untyped]
from sklearn.preprocessing import QuantileTransformer

from lambdas.serve.number_functions import DOMAINS, NUMPYS, STEPS, accepted, refused, through

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 1e-300, 1e300, -1e300, 709.0, 710.4, -710.4, 711.0, -746.0]
NOT_FINITE = [math.inf, -math.inf, math.nan]
NUMBERS = st.sampled_from([*EDGES, *NOT_FINITE]) | st.floats()


@pytest.mark.parametrize("name", NUMPYS)
@given(number=NUMBERS)
def test_function_gives_what_numpy_gives_and_raises_nothing(name: str, number: float) -> None:
    with np.errstate(all="ignore"):
        expected = float(getattr(np, name)(np.float64(number)))

    found = NUMPYS[name](number)

    assert found == pytest.approx(expected, rel=1e-15, abs=1e-300, nan_ok=True)


@given(number=NUMBERS, low=st.floats(-5, 5), wide=st.floats(0, 5))
def test_clip_gives_what_numpy_gives(number: float, low: float, wide: float) -> None:
    clipped = STEPS["clip"](low, low + wide)(number)

    assert clipped == pytest.approx(float(np.clip(number, low, low + wide)), rel=0, nan_ok=True)


@given(number=NUMBERS, edges=st.lists(st.floats(-5, 5), min_size=1, max_size=5).map(sorted))
def test_bins_are_counted_as_scikit_learn_counts_them(number: float, edges: list[float]) -> None:
    found = STEPS["bins"](edges)(number)

    if math.isfinite(number):
        assert found == np.searchsorted(edges, number, side="right")
    else:
        assert math.isnan(found)


@given(number=st.floats(-1e6, 1e6), power=st.floats(-3, 3) | st.sampled_from([0.0, 1.0, 2.0, 1e-17, 2 - 1e-17]))
@example(number=0.5, power=5e-324)
@example(number=0.5, power=1e-19)
def test_powers_are_those_of_scipy(number: float, power: float) -> None:
    with np.errstate(all="ignore"):
        expected = [float(yeojohnson(np.array([number]), power)[0]), float(boxcox(number, power))]
    if number <= 0:
        expected[1] = math.nan

    found = [STEPS["yeo_johnson"](power)(number), STEPS["box_cox"](power)(number)]

    assert found == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)


@given(
    column=st.lists(st.integers(-3, 3) | st.floats(-9, 9), min_size=2, max_size=30),
    numbers=st.lists(st.floats(-10, 10) | st.integers(-3, 3), min_size=1, max_size=5),
    output=st.sampled_from(["uniform", "normal"]),
    quantiles=st.integers(2, 10),
)
def test_quantiles_are_those_of_scikit_learn(
    column: list[float], numbers: list[float], output: str, quantiles: int
) -> None:
    step = QuantileTransformer(n_quantiles=min(quantiles, len(column)), output_distribution=output)
    step.fit(np.array(column, dtype=float).reshape(-1, 1))
    name = {"uniform": "quantiles", "normal": "normal_quantiles"}[output]
    function = STEPS[name](step.quantiles_[:, 0].tolist(), step.references_.tolist())
    near = [each + apart for each in step.quantiles_[[0, -1], 0] for apart in (-2e-7, -9e-8, 9e-8, 2e-7)]
    asked = [*map(float, numbers), *map(float, column), *map(float, near)]

    found = [function(number) for number in asked]

    assert found == pytest.approx(step.transform(np.array(asked).reshape(-1, 1))[:, 0].tolist(), abs=1e-12)
    assert math.isnan(function(math.nan))


def test_steps_follow_one_another() -> None:
    assert through([["minus", 1.0], ["times", 4.0], ["over", 2.0], ["square"]])(4.0) == 36.0
    assert through([["above", 2.0]])(2.0) == 0.0
    assert through([["above", 2.0]])(2.5) == 1.0
    assert through([["log"], ["clip", -5.0, 5.0]])(0.0) == -5.0
    assert math.isnan(through([["above", 2.0]])(math.nan))


@pytest.mark.parametrize("steps", [[["exp"]], [["reciprocal"]], [["log"]], [["sqrt"]]])
def test_what_is_not_finite_in_the_end_is_nan(steps: Any) -> None:
    number = {"exp": 1e3, "sqrt": -1.0}.get(steps[0][0], 0.0)

    assert math.isnan(through(steps)(number))


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([["system"]], KeyError),
        ([["log", 3.0]], KeyError),
        ([["minus"]], KeyError),
        ([["minus", 1.0, 2.0]], TypeError),
        ([["minus", "1"]], TypeError),
        ([["minus", math.inf]], ValueError),
        ([["bins", [1.0, math.nan]]], ValueError),
        ([["over", 0.0]], ValueError),
    ],
)
def test_what_is_no_step_is_refused(steps: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        through(steps)


@pytest.mark.parametrize("name", DOMAINS)
def test_number_outside_a_functions_domain_is_refused_in_its_words(name: str) -> None:
    steps = [[name, 0.5]] if name in STEPS else [[name]]
    outside = {"reciprocal": 0.0, "arccosh": 0.5, "arcsin": 1.5, "arccos": 1.5, "arctanh": 1.0}.get(name, -2.0)

    assert math.isnan(through(steps)(outside))
    refusal = refused("amount", outside, steps)
    assert refusal.message == (f"amount is {outside}, and the model takes {name} of it: expected {DOMAINS[name]}")
    assert (refusal.code, refusal.field, refusal.accepted) == ("FeatureOutOfRange", "amount", DOMAINS[name])


def test_domain_behind_arithmetic_is_told_by_the_functions() -> None:
    assert accepted([["minus", 3.0], ["log"], ["sqrt"]]) == "a number that log and sqrt is defined for"
