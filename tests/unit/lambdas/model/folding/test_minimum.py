"""The search ends at the least loss, says how it went, and stops where it gets nowhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from lambdas.model.arrays import Floats
from lambdas.model.folding import minimum as module
from lambdas.model.folding.minimum import DECREMENT, WIDTH_MAX, Minimum, minimum, newton, trusting

TARGET = np.array([[1.0, -2.0]])
STEEP = np.array([[1.0, 4.0]])
"""The curvature by each weight."""


class Bowl:
    """height + the sum of root(1 + steep (w - target)^2): Newton's whole step overshoots far from the target."""

    scores, shape = 1, (1, 2)

    def __init__(self, *, width: int = 2, height: float = 0.0) -> None:
        self.loss = SimpleNamespace(basis=SimpleNamespace(size=width))
        self.height = height
        self.passes = 0

    def slope(self, weights: Floats) -> tuple[float, Floats]:
        self.passes += 1
        apart = weights - TARGET
        root = np.sqrt(1 + STEEP * apart**2)
        return float(root.sum()) + self.height, STEEP * apart / root

    def curve(self, weights: Floats) -> tuple[float, Floats, Floats]:
        value, gradient = self.slope(weights)
        root = np.sqrt(1 + STEEP * (weights - TARGET) ** 2)
        return value, gradient, np.diag((STEEP / root**3).ravel())

    def gradient(self, weights: Floats) -> Floats:
        return self.slope(weights)[1]

    def product(self, weights: Floats, *, direction: Floats) -> Floats:
        self.passes += 1
        root = np.sqrt(1 + STEEP * (weights - TARGET) ** 2)
        along: Floats = STEEP / root**3 * direction
        return along


def search(bowl: Any, *, start: Floats, iterations_max: int = 100, method: Any = newton) -> Minimum:
    more = {} if method is newton else {"curvature": STEEP}
    return cast(Minimum, method(bowl, start=start, iterations_max=iterations_max, **more))


@pytest.mark.parametrize("method", [newton, trusting])
@pytest.mark.parametrize("start", [[[0.9, -1.9]], [[0.0, 0.0]], [[30.0, 5.0]]], ids=str)
def test_search_ends_at_the_least_loss_and_counts_its_passes(method: Any, start: Any) -> None:
    bowl = Bowl()

    found = search(bowl, start=np.array(start), method=method)

    assert found.weights == pytest.approx(TARGET, abs=1e-6)
    assert found.has_converged and 0 <= found.decrement <= DECREMENT
    assert found.passes == bowl.passes
    assert 0 < found.iterations < found.passes
    assert found.method == {newton: "newton", trusting: "trust-ncg"}[method]


def test_search_that_begins_at_the_end_takes_one_step() -> None:
    found = search(Bowl(), start=TARGET)

    assert (found.iterations, found.passes, found.has_converged) == (1, 2, True)


def test_search_stops_after_the_iterations_that_it_may_take() -> None:
    far = np.array([[3.0, 3.0]])
    whole = search(Bowl(), start=far)

    cut = search(Bowl(), start=far, iterations_max=whole.iterations - 2)

    assert (cut.has_converged, cut.iterations) == (False, whole.iterations - 2)
    assert search(Bowl(), start=far, iterations_max=whole.iterations - 1).has_converged
    none = search(Bowl(), start=far, iterations_max=0)
    assert (none.has_converged, none.iterations, none.weights.tolist()) == (False, 0, far.tolist())
    assert not search(Bowl(), start=far, iterations_max=1, method=trusting).has_converged


def test_decrement_is_relative_to_a_large_loss() -> None:
    near = TARGET + 1e-3

    low, high = (search(Bowl(height=height), start=near) for height in (0.0, 1e12))

    assert (low.iterations > 1, high.iterations) == (True, 1)


class Cliff(Bowl):
    """No step falls: the loss is higher everywhere but where the search begins."""

    def slope(self, weights: Floats) -> tuple[float, Floats]:
        value, gradient = super().slope(weights)
        return (value if np.array_equal(weights, np.zeros((1, 2))) else 100.0), gradient


def test_search_whose_shortest_step_does_not_fall_stays_where_it_is() -> None:
    found = search(Cliff(), start=np.zeros((1, 2)))

    assert (found.has_converged, found.weights.tolist(), found.iterations) == (False, [[0.0, 0.0]], 0)
    assert found.passes == 1 + 24


class Gorge(Bowl):
    """Falls slowly, then rises steeply: the whole step is 5,000 times too long."""

    def curve(self, weights: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, hessian = super().curve(weights)
        return value, gradient, hessian / 5000


def test_step_that_is_thousands_of_times_too_long_is_cut_as_long_as_it_promises_much() -> None:
    found = search(Gorge(), start=np.array([[3.0, 3.0]]), iterations_max=1000)

    assert found.weights == pytest.approx(TARGET, abs=1e-3)


class Endless(Bowl):
    def slope(self, weights: Floats) -> tuple[float, Floats]:
        return 1.0, np.full((1, 2), np.inf)

    def curve(self, weights: Floats) -> tuple[float, Floats, Floats]:
        return 1.0, np.zeros((1, 2)), np.full((2, 2), np.inf)


@pytest.mark.parametrize("method", [newton, trusting])
def test_numbers_that_are_too_large_are_refused(method: Any) -> None:
    with pytest.raises(ValueError, match="their squares, or the sum of them, is infinite"):
        search(Endless(), start=np.zeros((1, 2)), method=method)


@pytest.mark.parametrize(("width", "method"), [(WIDTH_MAX, "newton"), (WIDTH_MAX + 1, "trust-ncg")])
def test_method_suits_the_number_of_weights(width: int, method: str) -> None:
    bowl = cast(Any, Bowl(width=width))

    assert minimum(bowl, start=np.zeros((1, 2)), curvature=STEEP, iterations_max=100).method == method


def test_mixture_of_weights_that_makes_no_difference_gets_the_shortest_step() -> None:
    objective = cast(Any, SimpleNamespace(scores=1, shape=(1, 2)))
    same = np.array([[2.0, 2.0], [2.0, 2.0]])

    step = module._step(objective, np.array([[-4.0, -4.0]]), hessian=same)

    assert step == pytest.approx(np.array([[1.0, 1.0]]))
    nothing = module._step(objective, np.array([[-4.0, 0.0]]), hessian=np.diag([2.0, 0.0]))
    assert nothing == pytest.approx(np.array([[2.0, 0.0]]))


def test_number_that_is_added_to_all_classes_is_no_step() -> None:
    objective = cast(Any, SimpleNamespace(scores=2, shape=(2, 1)))
    opposed = np.array([[1.0, -1.0], [-1.0, 1.0]])

    step = module._step(objective, np.array([[-1.0], [1.0]]), hessian=opposed)

    assert step == pytest.approx(np.array([[0.5], [-0.5]]))
