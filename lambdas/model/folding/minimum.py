"""Finds the weights with the least loss, exactly: the same for rows that are cut another way, to about 12 digits.

Newton's method takes about 20 passes over the rows. It stops by its decrement, twice what the loss can still fall,
since a gradient is small far from the minimum too where the loss is flat. Its Hessian has the square of the weights;
where there are many, scipy's trust-ncg solves for the same steps by products with it, in ten times the passes, and
to about 9 digits where the penalty is so weak (C = 100) that the loss is flat.
Source: Boyd, Vandenberghe (2004), Convex Optimization, 9.5; Nocedal, Wright (2006), Numerical Optimization, 7.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
"""Where a shorter one is needed, rounding hides how much the loss falls."""
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
LAST_STEPS = 5
RESIDUAL = 1e-6
"""Newton's steps from there, each solved for so well by conjugate gradients."""
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
    from scipy.sparse.linalg import LinearOperator, cg  # type: ignore[import-untyped]

    scale = 1.0 / np.sqrt(np.where(curvature > 0, curvature, 1.0))
    value, gradient = objective.slope(start)
    if not np.isfinite(gradient).all():
        raise ValueError(TOO_LARGE)
    unit = max(1.0, abs(value))
    passes = count()

    def slope(point: Floats) -> tuple[float, Floats]:
        next(passes)
        value, gradient = objective.slope(point.reshape(objective.shape) * scale)
        return value / unit, (gradient * scale).ravel() / unit

    def product(point: Floats, direction: Floats) -> Floats:
        next(passes)
        at, along = (each.reshape(objective.shape) * scale for each in (point, direction))
        return (objective.product(at, direction=along) * scale).ravel() / unit

    radius = float(np.sqrt(unit))
    options = {
        "gtol": GRADIENT,
        "maxiter": iterations_max,
        "initial_trust_radius": radius,
        "max_trust_radius": 1000 * radius,
    }
    found = minimize(slope, (start / scale).ravel(), jac=True, hessp=product, method="trust-ncg", options=options)
    point, decrement, steps = found.x, np.inf, 0
    value, gradient = slope(point)
    while found.success and decrement > DECREMENT and steps < LAST_STEPS:
        hessian = LinearOperator((len(point), len(point)), matvec=partial(product, point), dtype=np.float64)
        step, _ = cg(hessian, -gradient, rtol=RESIDUAL)
        there = slope(point + step)
        if not there[0] <= value + DECREMENT * max(1.0, abs(value)):
            break
        point, decrement, steps = point + step, max(0.0, -float(gradient @ step)), steps + 1
        value, gradient = there
    weights = point.reshape(objective.shape) * scale
    if objective.scores > 1:  # rounding has moved them all by one number, which changes no answer
        weights = weights - weights.mean(axis=0)
    return Minimum(
        weights,
        iterations=int(found.nit) + steps,
        passes=1 + next(passes),
        decrement=decrement,
        has_converged=decrement <= DECREMENT,
        method="trust-ncg",
    )


def newton(objective: Objective, *, start: Floats, iterations_max: int) -> Minimum:
    """The minimum, by steps along Newton's direction; `start` is (scores, features)."""
    weights, iterations, passes = start, 0, 1
    value, gradient, hessian = objective.curve(weights)
    if not np.isfinite(hessian).all():
        raise ValueError(TOO_LARGE)
    while True:
        step = _step(objective, gradient=gradient, hessian=hessian)
        decrement = max(0.0, -float((gradient * step).sum())) / max(1.0, abs(value))
        found = partial(Minimum, iterations=iterations + 1, passes=passes, decrement=decrement, method="newton")
        if decrement <= DECREMENT:  # the step is rounding alone where classes are separable, and may be a huge one
            last, passes = weights + step, passes + 1
            falls = objective.slope(last)[0] <= value + DECREMENT * max(1.0, abs(value))
            return found(last if falls else weights, passes=passes, has_converged=falls)
        if iterations >= iterations_max:
            return found(weights, iterations=iterations, has_converged=False)
        length = 1.0
        while True:
            passes += 1
            there = weights + length * step
            new = objective.curve(there)
            promised = SUFFICIENT * length * decrement - DECREMENT  # the rounding of the loss itself is less
            if new[0] <= value - promised * max(1.0, abs(value)):
                break
            length /= 2
            if length < SHORTEST_STEP:
                return found(weights, iterations=iterations, passes=passes, has_converged=False)
        weights, (value, gradient, hessian), iterations = there, new, iterations + 1


def _step(objective: Objective, *, gradient: Floats, hessian: Floats) -> Floats:
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
