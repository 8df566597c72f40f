"""Functions of one number, by the names and numbers that a scorecard holds. It is imported where one holds any.

A value is a column's number put through steps, one after another: arithmetic such as ["minus", 3.5], and functions
such as ["log1p"], which are numpy's by name, or parts of a date. As numpy's they raise nothing: for a number
that they are not defined for they give NaN or infinity. In the end such a value is NaN, for no model scores it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from .dates import PARTS
from .refusal import Refused
from .values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

Function = Callable[[float], float]

POSITIVE, UNIT = "a number > 0", "a number from -1 to 1"
DOMAINS: Mapping[str, str] = {
    "log": POSITIVE,
    "log2": POSITIVE,
    "log10": POSITIVE,
    "box_cox": POSITIVE,
    "log1p": "a number > -1",
    "sqrt": "a number >= 0",
    "reciprocal": "a number other than 0",
    "arcsin": UNIT,
    "arccos": UNIT,
    "arccosh": "a number >= 1",
    "arctanh": "a number between -1 and 1",
}
"""What functions are defined for. All others take every number, but for those whose result is too large."""
BOUNDS_THRESHOLD = 1e-7
"""Of QuantileTransformer of scikit-learn 1.9: so near a bound is the bound."""


def through(steps: Sequence[Sequence[Any]]) -> Function:
    """The steps as one function, which gives NaN where they give no finite number; raises KeyError, TypeError or
    ValueError for what is no step.

    >>> halved_log = through([["log"], ["over", 2.0]])
    >>> halved_log(math.e), halved_log(-1.0)
    (0.5, nan)
    """
    functions = [STEPS[name](*map(_checked, numbers)) if numbers else FUNCTIONS[name] for name, *numbers in steps]

    def value(number: float) -> float:
        for function in functions:
            number = function(number)
        return number if math.isfinite(number) else math.nan

    return value


def names(steps: Sequence[Sequence[Any]]) -> str:
    """The functions among the steps.

    >>> names([["minus", 2.0], ["log"], ["over", 3.0], ["bins", [1.0]]])
    'log and bins'
    """
    return " and ".join(name for name, *_ in steps if name not in ARITHMETIC)


def accepted(steps: Sequence[Sequence[Any]]) -> str:
    """What the steps take, in words.

    >>> accepted([["sqrt"]]), accepted([["minus", 1.0], ["sqrt"]]), accepted([["exp"]])
    ('a number >= 0', 'a number that sqrt is defined for', 'a number that exp is defined for')
    """
    (name, *_), *others = steps
    return DOMAINS[name] if name in DOMAINS and not others else f"a number that {names(steps)} is defined for"


def refused(column: str, number: object, steps: Sequence[Sequence[Any]]) -> Refused:
    """The refusal of a request's number that the steps are not defined for."""
    takes = accepted(steps)
    message = f"{column} is {number}, and the model takes {names(steps)} of it: expected {takes}"
    return Refused("FeatureOutOfRange", message, field=column, accepted=takes)


def _checked(number: Any) -> Any:
    """A finite number, or several."""
    if isinstance(number, list | tuple):
        return [_checked(each) for each in number]
    if not math.isfinite(number):
        raise ValueError("a step has a number that is not finite")
    return float(number)


def _safe(function: Function, *, poles: Mapping[float, float] | None = None) -> Function:
    """Python raises where numpy returns infinity or NaN. At `poles` the function is infinite."""
    at = poles or {}

    def of(number: float) -> float:
        try:
            return function(number)
        except ValueError:
            return at.get(number, math.nan)
        except OverflowError:
            return math.copysign(math.inf, number)

    return of


def _whole(function: Callable[[float], int]) -> Function:
    return lambda number: float(function(number)) if math.isfinite(number) else number


_cosh = _safe(math.cosh)


def _reciprocal(number: float) -> float:
    return 1.0 / number if number else math.copysign(math.inf, number)


def _sign(number: float) -> float:
    return float((number > 0) - (number < 0)) if number == number else number


MINUS = -math.inf
NUMPYS: Mapping[str, Function] = {
    "absolute": abs,
    "arccos": _safe(math.acos),
    "arccosh": _safe(math.acosh),
    "arcsin": _safe(math.asin),
    "arcsinh": math.asinh,
    "arctan": math.atan,
    "arctanh": _safe(math.atanh, poles={-1.0: MINUS, 1.0: math.inf}),
    "cbrt": math.cbrt,
    "ceil": _whole(math.ceil),
    "cos": _safe(math.cos),
    "cosh": lambda number: abs(_cosh(number)),
    "exp": _safe(math.exp),
    "exp2": _safe(math.exp2),
    "expm1": _safe(math.expm1),
    "fabs": abs,
    "floor": _whole(math.floor),
    "log": _safe(math.log, poles={0.0: MINUS}),
    "log10": _safe(math.log10, poles={0.0: MINUS}),
    "log1p": _safe(math.log1p, poles={-1.0: MINUS}),
    "log2": _safe(math.log2, poles={0.0: MINUS}),
    "negative": lambda number: -number,
    "reciprocal": _reciprocal,
    "rint": _whole(round),
    "sign": _sign,
    "sin": _safe(math.sin),
    "sinh": _safe(math.sinh),
    "sqrt": _safe(math.sqrt),
    "square": lambda number: number * number,
    "tan": _safe(math.tan),
    "tanh": math.tanh,
    "trunc": _whole(math.trunc),
}
"""By numpy's names."""
FUNCTIONS: Mapping[str, Function] = {**NUMPYS, **PARTS}
"""Those that take no numbers of their own."""


def _clip(low: float, high: float) -> Function:
    return lambda number: min(max(number, low), high) if number == number else number


def _above(threshold: float) -> Function:
    return lambda number: float(number > threshold) if number == number else number


def _bins(edges: Sequence[float]) -> Function:
    """The number of edges that are not above: the bin, from 0."""
    return lambda number: float(bisect_right(edges, number)) if math.isfinite(number) else math.nan


LEAST_POWER = 1e-19
"""With a smaller one, power * log(number) may have no digits left, and the result is the logarithm to the last digit.
Source: scipy.special.boxcox."""


def _box_cox(power: float) -> Function:
    """Source: Box, Cox (1964), An Analysis of Transformations, with a stable form."""
    log, expm1 = FUNCTIONS["log"], FUNCTIONS["expm1"]

    def of(number: float) -> float:
        if number <= 0:
            return math.nan
        return log(number) if abs(power) < LEAST_POWER else expm1(power * log(number)) / power

    return of


def _yeo_johnson(power: float) -> Function:
    """Source: Yeo, Johnson (2000), A new family of power transformations to improve normality or symmetry."""
    expm1, other = FUNCTIONS["expm1"], 2.0 - power

    def of(number: float) -> float:
        log = math.log1p(abs(number))
        if number >= 0:
            return log if abs(power) < EPSILON else expm1(power * log) / power
        return -log if abs(other) <= EPSILON else -expm1(other * log) / other

    return of


EPSILON = 2.0**-52


def _quantiles(quantiles: Sequence[float], shares: Sequence[float]) -> Function:
    """The share of the training rows that are below, between 0 and 1, by linear interpolation.

    Of a number that several quantiles are, it is the middle of their shares. Source: QuantileTransformer of
    scikit-learn 1.9.
    """
    back, back_shares = [-each for each in reversed(quantiles)], [-each for each in reversed(shares)]

    def of(number: float) -> float:
        if number == quantiles[0]:
            return 0.0
        if number == quantiles[-1]:
            return 1.0
        return 0.5 * (_between(quantiles, shares, number) - _between(back, back_shares, -number))

    return of


def _normal_quantiles(quantiles: Sequence[float], shares: Sequence[float]) -> Function:
    """The number that a normal distribution has as large a share below."""
    from statistics import NormalDist  # takes milliseconds, and few scorecards need it

    share_of, ppf = _quantiles(quantiles, shares), NormalDist().inv_cdf
    edge = BOUNDS_THRESHOLD - EPSILON
    lowest, highest = ppf(edge), ppf(1 - edge)

    def of(number: float) -> float:
        if number != number:
            return number
        if number - BOUNDS_THRESHOLD < quantiles[0]:
            return lowest
        share = 1.0 if number + BOUNDS_THRESHOLD > quantiles[-1] else share_of(number)
        return ppf(share) if edge < share < 1 - edge else (lowest if share <= edge else highest)

    return of


def _between(places: Sequence[float], values: Sequence[float], number: float) -> float:
    """The value at a number by linear interpolation, and at the ends the ends' values. Places ascend."""
    if number != number:
        return number
    right = bisect_right(places, number)
    if right in (0, len(places)):
        return values[max(right - 1, 0)]
    if places[right - 1] == number:
        return values[right - 1]
    slope = (values[right] - values[right - 1]) / (places[right] - places[right - 1])
    return slope * (number - places[right - 1]) + values[right - 1]


def _over(other: float) -> Function:
    if not other:
        raise ValueError("a number is divided by 0")
    return lambda number: number / other


ARITHMETIC: Mapping[str, Callable[[float], Function]] = {
    "minus": lambda other: lambda number: number - other,
    "over": _over,
    "times": lambda other: lambda number: number * other,
}
STEPS: Mapping[str, Callable[..., Function]] = {
    **ARITHMETIC,
    "above": _above,
    "bins": _bins,
    "box_cox": _box_cox,
    "clip": _clip,
    "normal_quantiles": _normal_quantiles,
    "quantiles": _quantiles,
    "yeo_johnson": _yeo_johnson,
}
"""Those that take numbers of their own."""
