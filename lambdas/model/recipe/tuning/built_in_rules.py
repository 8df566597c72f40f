"""Finds what SageMaker's tuner cannot search of SageMaker's own algorithms, in the ranges and the objective."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.cutting import cut, quoted
from chalicelib.limits import WORDS_CHARACTERS
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.recipe.elements import SageMaker
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.tuning.of_built_ins import TUNABLE, metrics, objective_of
from lambdas.model.recipe.tuning.ranges import BAYESIAN, GRID, NEG_LOG_LOSS, RANDOM, OneOf, Range, Tune


def search_problems(built_in: BuiltIn, tune: Tune, engine: SageMaker | None) -> Iterator[str]:
    """Of how trials are made."""
    name = type(built_in).__name__
    if engine is None or not engine.tuner:
        yield f"tune searches for {name} by a job for each trial alone: write engine=SageMaker(tuner=True)"
    if tune.strategy == GRID:
        others = f"{RANDOM!r} or {BAYESIAN!r}"
        yield f"tune.strategy is {GRID!r}, and SageMaker tries no listed values of {name}: write {others}"


def parameter_problems(built_in: BuiltIn, tune: Tune, *, classes: int) -> Iterator[str]:
    """Of ranges that make sense in themselves."""
    name, tunable = type(built_in).__name__, TUNABLE[type(built_in)].parameters
    others = built_in.of_others(classes)
    for parameter, given in tune.ranges.items():
        where = f"tune.ranges[{quoted(parameter)}]"
        if parameter not in tunable:
            yield f"{where} is nothing that SageMaker tunes of {name}: expected {', '.join(tunable)}"
        elif parameter in others:
            yield f"{where} is not for {classes} classes: leave it out"
        else:
            yield from _range_problems(where, given, parameter=parameter, built_in=built_in)


def _range_problems(where: str, given: Range, *, parameter: str, built_in: BuiltIn) -> Iterator[str]:
    kind, takes = TUNABLE[type(built_in)].parameters[parameter], built_in.takes[parameter]
    if isinstance(given, OneOf) or not isinstance(given, kind):
        told = cut(repr(given), WORDS_CHARACTERS)
        yield f"{where} is {told}, and SageMaker takes no such range of it: write {kind.__name__}(low, high)"
    elif not all(takes.holds(end) for end in (given.low, given.high)):
        yield f"{where} goes from {given.low} to {given.high}: expected {takes.words}, at both ends"


def objective_problems(recipe: Fields, built_in: BuiltIn, tune: Tune) -> Iterator[str]:
    """Also of early stopping, which looks at the objective."""
    name, tunable, classes = type(built_in).__name__, TUNABLE[type(built_in)], len(recipe.class_names)
    known, asked = metrics(built_in, classes=classes), objective_of(tune)
    if asked not in known:
        yield (
            f"tune.objective is {quoted(asked)}, which {name} does not report of {classes} classes: expected one of"
            f" {', '.join(known)}, or None, which is {NEG_LOG_LOSS}"
        )
    elif asked == NEG_LOG_LOSS and tunable.weighs in tune.ranges:
        others = ", ".join(each for each in known if each != NEG_LOG_LOSS)
        yield f"tune.ranges has {tunable.weighs}, by which the loss is weighted: give tune.objective, one of {others}"
    elif tune.early_stopping and asked != NEG_LOG_LOSS and tunable.is_stopped_by_loss_alone:
        yield (
            f"tune.early_stopping of {name} looks at its loss alone, and tune.objective is {asked!r}: leave one of"
            " them out"
        )
