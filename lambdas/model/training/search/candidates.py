"""Makes of a recipe's ranges the estimators that a search may choose: before any row is seen, and for the search."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.cutting import listed, quoted
from chalicelib.errors import RecipeInvalid
from lambdas.model.features.searches import candidates
from lambdas.model.recipe import Columns, Recipe
from lambdas.model.recipe.tuning.ranges import LOG, Continuous, Integer, OneOf, Plain, Range, Tune

DIGITS = 6
"""Of a number that is drawn: more would tell nothing, and nobody could read them."""


@dataclass(frozen=True)
class Drawn:
    """A distribution, as scikit-learn's searches take one, over the numbers of a range."""

    range: Continuous | Integer

    def rvs(self, random_state: Any) -> float | int:
        """A number of the range; `random_state` is numpy's RandomState."""
        return _number(self.range, share=float(random_state.uniform()))


def _number(given: Continuous | Integer, *, share: float) -> float | int:
    """The number at this share (0 up to less than 1) of the range.

    >>> [_number(Integer(1, 3), share=share) for share in (0.0, 0.5, 0.99)]
    [1, 2, 3]
    >>> [_number(Continuous(0.01, 100, scale="log"), share=share) for share in (0.0, 0.5, 0.75)]
    [0.01, 1.0, 10.0]
    """
    low, high = given.low, given.high + (1 if isinstance(given, Integer) else 0)
    drawn = low * math.exp(share * math.log(high / low)) if given.scale == LOG else low + share * (high - low)
    if isinstance(given, Integer):
        return min(math.floor(drawn), given.high)
    return min(max(float(f"{drawn:.{DIGITS}g}"), float(given.low)), float(given.high))


def spaces(tune: Tune) -> dict[str, Any]:
    """By parameter what scikit-learn draws from. Where all are lists, it draws no combination twice."""
    return {name: _space(each) for name, each in tune.ranges.items()}


def _space(given: Range) -> Any:
    if isinstance(given, OneOf):
        return list(given.values)
    return range(given.low, given.high + 1) if isinstance(given, Integer) and given.scale != LOG else Drawn(given)


def ends(tune: Tune) -> Iterator[dict[str, Plain]]:
    """Some trials of the ranges in which both ends of each number occur, and every value of those that are listed."""
    lengths = [len(each.values) for each in tune.ranges.values() if isinstance(each, OneOf)]
    for place in range(max(2, *lengths, 0)):
        yield {name: _end(each, place=place) for name, each in tune.ranges.items()}


def _end(given: Range, *, place: int) -> Plain:
    if isinstance(given, OneOf):
        return given.values[place % len(given.values)]
    return given.high if place % 2 else given.low


def with_parameters(recipe: Recipe, parameters: Mapping[str, Plain], *, served_as: str | None = None) -> Recipe:
    """The recipe with these parameters of its estimator set, and nothing to search."""
    build = recipe.estimator

    def estimator(columns: Columns) -> Any:
        return build(columns).set_params(**parameters)

    return replace(recipe.untuned, estimator=estimator, format=served_as or recipe.format)


def searched(recipe: Recipe, estimator: Any) -> Any:
    """A search over the estimators that the ranges allow, unfitted; the estimator itself where nothing is searched,
    or one of SageMaker's own algorithms, by its tuner.

    Raises RecipeInvalid for a parameter that the estimator does not have.
    """
    if recipe.tune is None or recipe.built_in is not None:
        return estimator
    from sklearn.model_selection import RandomizedSearchCV

    known = estimator.get_params()
    wrong = [_unknown(name, known=list(known)) for name in recipe.tune.ranges if name not in known]
    if wrong:
        about = f"recipe {recipe.model}"
        raise RecipeInvalid(f"{about}: {'; '.join(wrong)}", model=recipe.model, about=about, problems=wrong)
    told = {
        name: each if isinstance(each, list) else Drawn(Continuous(0, 1))
        for name, each in spaces(recipe.tune).items()
    }
    return RandomizedSearchCV(estimator, told)


def each_of(recipe: Recipe, estimator: Any) -> Iterator[Any]:
    """The unfitted estimators that may be chosen; of those that differ in a number alone, one."""
    yield from [estimator] if recipe.tune is None else candidates(searched(recipe, estimator))


def _unknown(name: str, *, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3) or [each for each in known if each.endswith(f"__{name}")]
    there = f"it has {listed(near, most=3)}" if near else f"it has {listed(known, most=10)}"
    return f"tune.ranges names {quoted(name)}, which is no parameter of the estimator: {there}"
