"""Finds the weights with the least loss, exactly: the same for rows that are cut another way, to about 12 digits.

Newton's method takes about 20 passes over the rows. It stops by its decrement, twice what the loss can still fall,
since a gradient is small far from the minimum too where the loss is flat. Its Hessian has the square of the weights;
where there are many, scipy's trust-ncg solves for the same steps by products with it, in ten times the passes. The
last steps are Newton's, by gradients with twice the digits: where the loss is flat, as with a weak penalty (C = 100),
a weight's last digits are else those of rounding.
Source: Boyd, Vandenberghe (2004), Convex Optimization, 9.5; Nocedal, Wright (2006), Numerical Optimization, 7.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.folding.objective import Objective

DECREMENT = 1e-13
"""Newton's method stops below it, relative to the loss, and takes the last step unless the loss grows by more."""
SUFFICIENT = 1e-4
"""Of the fall of the loss that the gradient promises: a shorter step is tried where less comes of it."""
SHORTEST_STEP = 2.0**-10
TELLING = 1e-6
"""A shorter step is not tried where it promises that the loss falls by less than this share of it. A few numbers that
lie far from all others make Newton's step a thousand times too long, and still promise much."""
WIDTH_MAX = 2_000
"""Weights in terms of the basis; above it, there is no Hessian. Measured on 200,000 rows of 3 numbers and 5 columns
of categories, in seconds of a core and MB in addition: with the Hessian 0.2 s and 14 MB at 500 weights, 0.9 s and
111 MB at 1,500, 4.3 s and 366 MB at 3,000; without it 1.2 s and 7 MB at 500, 1.8 s and 6 MB at 3,000. L-BFGS-B took
1.4 s at 3,000, but with 6 classes it was off by 0.009 in a probability after 112 passes."""
GRADIENT = 1e-6
"""trust-ncg stops at it, relative to the loss: below, rounding hides how much the loss falls."""
TOO_LARGE = (
    "some numbers are too large: their squares, or the sum of them, is infinite. Write the column in another unit, or"
    " leave it out of the recipe"
)
LAST_STEPS, REFINEMENTS = 5, 15
"""Steps of Newton, at most: from where trust-ncg stops, and after it with gradients of twice the digits."""
RESIDUAL = 1e-6
"""Those without a Hessian are solved for so well, by conjugate gradients."""
REFINED = 1e-15
"""Of the largest weight, if that is more than 1: a last step of no more changes no digit that is told."""
SINGULAR = 1e-13
"""A pivot of the scaled Hessian: below it the loss does not depend on some mixture of the weights."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the search ended."""

    weights: Floats
    """(scores, features), the intercept last where there is one."""
    iterations: int
    passes: int
    """Over the rows."""
    decrement: float
    """Twice what the loss would fall by Newton's next step, relative to the loss; infinite before the first."""
    has_converged: bool
    method: str
    """`newton`, or `trust-ncg`."""


def merged(found: Sequence[Minimum]) -> Minimum:
    """Of all searches of a fit together, which were made by one method. At least one."""
    return Minimum(
        np.concatenate([each.weights for each in found]),
        iterations=max(each.iterations for each in found),
        passes=sum(each.passes for each in found),
        decrement=max(each.decrement for each in found),
        has_converged=all(each.has_converged for each in found),
        method=found[0].method,
    )


def minimum(objective: Objective, *, start: Floats, curvature: Floats, iterations_max: int) -> Minimum:
    """By the method that suits the number of weights.

    `start` is (scores, features), and so is `curvature`: about the second derivative by each weight.
    Raises ValueError for rows whose numbers are too large.
    """
    if objective.scores * objective.loss.basis.size <= WIDTH_MAX:
        return newton(objective, start=start, iterations_max=iterations_max)
    return trusting(objective, start=start, curvature=curvature, iterations_max=iterations_max)


def trusting(objective: Objective, *, start: Floats, curvature: Floats, iterations_max: int) -> Minimum:
    """The minimum without a Hessian, in weights that are scaled by the curvature; see `minimum`."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    value, gradient = objective.slope(start)
    if not np.isfinite(gradient).all():
        raise ValueError(TOO_LARGE)
    scale = 1.0 / np.sqrt(np.where(curvature > 0, curvature, 1.0))
    scaled = _Scaled(objective, scale, unit=max(1.0, abs(value)))
    radius = float(np.sqrt(scaled.unit))
    radii = {"initial_trust_radius": radius, "max_trust_radius": 1000 * radius}
    options = {"gtol": GRADIENT, "maxiter": iterations_max, **radii}
    begin = (start / scale).ravel()
    found = minimize(scaled.slope, begin, jac=True, hessp=scaled.product, method="trust-ncg", options=options)
    weights = found.x.reshape(objective.shape) * scale
    if objective.scores > 1:  # one number that is added to those of all classes changes no answer
        weights = weights - weights.mean(axis=0)
    point, decrement, steps = (weights / scale).ravel(), np.inf, 0
    value, gradient = scaled.slope(point)
    while found.success and decrement > DECREMENT and steps < LAST_STEPS:
        step = scaled.newton_step(point, gradient=gradient)
        there = scaled.slope(point + step)
        if not there[0] <= value + DECREMENT * max(1.0, abs(value)):
            break
        point, decrement, steps = point + step, max(0.0, -float(gradient @ step)), steps + 1
        value, gradient = there
    weights = point.reshape(objective.shape) * scale
    if decrement <= DECREMENT:
        last = step.reshape(objective.shape) * scale
        weights, _ = _refined(objective, weights, step=last, solved=partial(scaled.refining_step, point))
    return Minimum(
        weights,
        iterations=int(found.nit) + steps,
        passes=1 + next(scaled.passes),
        decrement=decrement,
        has_converged=decrement <= DECREMENT,
        method="trust-ncg",
    )


@dataclass(frozen=True, eq=False)
class _Scaled:
    """An objective in weights that are divided by a scale, in one row, and in units of its first value."""

    objective: Objective
    scale: Floats
    """(scores, features)"""
    unit: float
    passes: Iterator[int] = field(default_factory=count)

    def slope(self, point: Floats) -> tuple[float, Floats]:
        next(self.passes)
        value, gradient = self.objective.slope(self._weights(point))
        return value / self.unit, self._gradient(gradient)

    def product(self, point: Floats, direction: Floats) -> Floats:
        next(self.passes)
        return self._gradient(self.objective.product(self._weights(point), direction=self._weights(direction)))

    def newton_step(self, point: Floats, *, gradient: Floats) -> Floats:
        """Adds no one number to a feature's weights of all classes: along it there may be nothing but rounding."""
        from scipy.sparse.linalg import LinearOperator, cg  # type: ignore[import-untyped]

        def product(along: Floats) -> Floats:
            return self._without_common(self.product(point, self._without_common(along)))

        hessian = LinearOperator((len(point),) * 2, matvec=product, dtype=np.float64)
        step: Floats = cg(hessian, self._without_common(-gradient), rtol=RESIDUAL)[0]
        return step

    def refining_step(self, point: Floats, gradient: Floats) -> Floats:
        """From a gradient by the weights, which took a pass, to a step of them."""
        next(self.passes)
        return self._weights(self.newton_step(point, gradient=self._gradient(gradient)))

    def _weights(self, point: Floats) -> Floats:
        return np.multiply(point.reshape(self.objective.shape), self.scale)

    def _gradient(self, gradient: Floats) -> Floats:
        return np.ravel(gradient * self.scale / self.unit)

    def _without_common(self, direction: Floats) -> Floats:
        """The nearest direction whose weights add up to nothing, feature by feature."""
        if self.objective.scores == 1:
            return direction
        common = self._weights(direction).sum(axis=0) / np.square(self.scale).sum(axis=0)
        return np.subtract(direction, np.ravel(self.scale * common))


@dataclass(frozen=True, eq=False)
class _Place:
    """Weights (scores, features), and the objective there."""

    weights: Floats
    value: float
    gradient: Floats
    hessian: Floats

    @property
    def unit(self) -> float:
        return max(1.0, abs(self.value))

    def decrement(self, step: Floats) -> float:
        """Twice what the loss falls by Newton's step, relative to it."""
        return max(0.0, -float((self.gradient * step).sum())) / self.unit


def newton(objective: Objective, *, start: Floats, iterations_max: int) -> Minimum:
    """The minimum, by steps along Newton's direction; `start` is (scores, features)."""
    here, iterations, passes = _Place(start, *objective.curve(start)), 0, 1
    if not np.isfinite(here.hessian).all():
        raise ValueError(TOO_LARGE)
    while True:
        step = _step(objective, here.gradient, hessian=here.hessian)
        decrement = here.decrement(step)
        found = partial(Minimum, decrement=decrement, method="newton")
        if decrement <= DECREMENT:  # the step is rounding alone where classes are separable, and may be a huge one
            last, more = _last(objective, here, step=step)
            weights = here.weights if last is None else last
            return found(weights, iterations + 1, passes + more, has_converged=last is not None)
        if iterations >= iterations_max:
            return found(here.weights, iterations, passes, has_converged=False)
        there, more = _next(objective, here, step=step)
        passes += more
        if there is None:
            return found(here.weights, iterations, passes, has_converged=False)
        here, iterations = there, iterations + 1


def _next(objective: Objective, here: _Place, *, step: Floats) -> tuple[_Place | None, int]:
    """Where the loss is less, along the step, and the passes; None where rounding hides that it falls.

    The Hessian is summed for the whole step, which is most often taken; of shorter ones for the one that is taken.
    """
    decrement, length, passes = here.decrement(step), 1.0, 1
    whole = _Place(here.weights + step, *objective.curve(here.weights + step))
    there, value = whole.weights, whole.value
    while value > here.value - (SUFFICIENT * length * decrement - DECREMENT) * here.unit:  # rounding is less
        length /= 2
        if length < SHORTEST_STEP and length * decrement < TELLING:
            return None, passes
        there, passes = here.weights + length * step, passes + 1
        value, _ = objective.slope(there)
    return (whole, passes) if length == 1 else (_Place(there, *objective.curve(there)), passes + 1)


def _last(objective: Objective, here: _Place, *, step: Floats) -> tuple[Floats | None, int]:
    """The weights after the last step, refined, and the passes; None where the loss grows by it."""
    last = here.weights + step
    if objective.slope(last)[0] > here.value + DECREMENT * here.unit:
        return None, 1
    solved = partial(_step, objective, hessian=here.hessian)
    weights, more = _refined(objective, last, step=step, solved=solved)
    return weights, 1 + more


def _refined(
    objective: Objective, weights: Floats, *, step: Floats, solved: Callable[[Floats], Floats]
) -> tuple[Floats, int]:
    """After the last step, steps by gradients with twice the digits, while they get smaller by a quarter or more.

    `solved` is from a gradient to Newton's step. Returns the weights, and the passes.
    """
    size = float(np.abs(step).max())
    for passes in range(REFINEMENTS):
        if size <= REFINED * max(1.0, float(np.abs(weights).max())):
            return weights, passes
        if objective.scores > 1:  # rounding adds one number to those of all classes, which changes no answer
            weights = weights - weights.mean(axis=0)
        step = solved(objective.gradient(weights))
        smaller = float(np.abs(step).max())
        if smaller > 0.75 * size:
            return weights, passes + 1
        weights, size = weights + step, smaller
    return weights, REFINEMENTS


def _step(objective: Objective, gradient: Floats, *, hessian: Floats) -> Floats:
    """Newton's step: the shortest one where some mixture of the weights makes no difference."""
    from scipy.linalg import LinAlgError, cho_solve, cholesky, lstsq  # type: ignore[import-untyped]

    if objective.scores > 1:
        hessian = _without_common(hessian, shape=objective.shape)
    diagonal = hessian.diagonal()
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    hessian = hessian * scale * scale[:, None]
    down = -(gradient.ravel() * scale)
    try:
        factor = cholesky(hessian, lower=True)
        is_singular = float(factor.diagonal().min()) ** 2 < SINGULAR
    except LinAlgError:
        is_singular = True
    if is_singular:
        step = lstsq(hessian, down, cond=len(down) * np.finfo(np.float64).eps)[0]
    else:
        step = cho_solve((factor, True), down)
    newton_step: Floats = (step * scale).reshape(objective.shape)
    return newton_step


def _without_common(hessian: Floats, *, shape: tuple[int, int]) -> Floats:
    """Curved where the loss is flat: along one number that is added to a feature's weights of all classes.

    The gradient has nothing along it, so the step is the same, and has nothing along it either.
    """
    scores, features = shape
    curved = hessian.copy()
    by_feature = np.einsum("sftf->fst", curved.reshape(scores, features, scores, features))
    by_feature += (np.trace(by_feature, axis1=1, axis2=2) / scores**2)[:, None, None]
    return curved
