"""Finds what makes no sense in the ranges of a recipe. Whether the estimator has such parameters, its fit tells."""

from __future__ import annotations

import math
from collections.abc import Iterator

from chalicelib.cutting import listed, quoted
from chalicelib.limits import TRIALS, TUNED_CHARACTERS, TUNED_PARAMETERS, TUNED_VALUES
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.recipe.elements import SageMaker
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.tuning import built_in_rules
from lambdas.model.recipe.tuning.ranges import (
    BAYESIAN,
    GRID,
    LOG,
    OBJECTIVES,
    OF_THE_POSITIVE,
    SCALES,
    STRATEGIES,
    Continuous,
    Integer,
    OneOf,
    Tune,
)

PARALLEL_MAX = 10
WHOLE_MAX = 2**31 - 1
"""As large as scikit-learn takes where it counts."""
SEARCH_SECONDS_MAX = 2 * 86_400
"""Of SageMaker's tuner, with all of its jobs: as long as the longest single job, with its wait for spare capacity."""
START_SECONDS = 600
"""Of a job, until its own time begins: an instance is found, and gets the image and the rows."""


def tuning_problems(recipe: Fields) -> Iterator[str]:
    """The types of the fields are already checked."""
    tune, engine = recipe.tune, recipe.on_sagemaker
    if tune is None:
        if engine is not None and engine.tuner:
            yield "engine.tuner starts a job for each trial of tune, which is not there: write tune=Tune(...)"
        return
    if not 1 <= len(tune.ranges) <= TUNED_PARAMETERS:
        yield f"tune.ranges has {len(tune.ranges):,} parameters: expected 1 to {TUNED_PARAMETERS}"
        return
    wrong = [problem for name, each in tune.ranges.items() for problem in _range_problems(quoted(name), each)]
    yield from wrong
    yield from _search_problems(tune)
    if not wrong and (recipe.built_in is None or tune.strategy != GRID):
        yield from _number_problems(tune)
    if recipe.built_in is not None:
        yield from _built_in_problems(recipe, recipe.built_in, tune, has_ranges=not wrong)
    else:
        yield from _objective_problems(recipe, tune)
    yield from _tuner_problems(tune, engine)


def search_seconds(tune: Tune, engine: SageMaker) -> int:
    """What SageMaker's tuner takes at most, if each job takes all of its time, and waits for spare capacity."""
    a_job = engine.max_runtime_seconds * (2 if engine.spot else 1)
    return math.ceil(tune.trials / tune.parallel) * (a_job + START_SECONDS)


def _range_problems(name: str, given: Continuous | Integer | OneOf) -> Iterator[str]:
    if isinstance(given, OneOf):
        yield from _value_problems(name, given)
        return
    if not all(math.isfinite(end) for end in (given.low, given.high)):
        yield f"tune.ranges[{name}] goes from {given.low} to {given.high}: expected finite numbers"
    elif given.low >= given.high:
        yield f"tune.ranges[{name}] goes from {given.low} to {given.high}: expected a smaller number first"
    elif isinstance(given, Integer) and max(abs(given.low), abs(given.high)) > WHOLE_MAX:
        yield f"tune.ranges[{name}] goes from {given.low} to {given.high}: expected {WHOLE_MAX:,} at most"
    elif given.scale == LOG and given.low <= 0:
        yield f"tune.ranges[{name}] begins at {given.low}: expected more than 0 for the scale {LOG!r}"
    if given.scale not in SCALES:
        yield f"tune.ranges[{name}].scale is {quoted(given.scale)}: expected one of {', '.join(SCALES)}"


def _value_problems(name: str, given: OneOf) -> Iterator[str]:
    values = given.values
    if not 1 <= len(values) <= TUNED_VALUES:
        yield f"tune.ranges[{name}] has {len(values):,} values: expected 1 to {TUNED_VALUES}"
    if len({repr(value) for value in values}) < len(values):
        yield f"tune.ranges[{name}] has a value twice: expected each once"
    if any(isinstance(value, float) and not math.isfinite(value) for value in values):
        yield f"tune.ranges[{name}] has a number that is not finite"
    long = [value for value in values if isinstance(value, str) and len(value) > TUNED_CHARACTERS]
    if long:
        yield f"tune.ranges[{name}] has {quoted(long[0])}: expected {TUNED_CHARACTERS} characters at most"


def _search_problems(tune: Tune) -> Iterator[str]:
    if not 2 <= tune.jobs <= TRIALS:
        yield f"tune.jobs is {tune.jobs}: expected 2 to {TRIALS}"
    if not 1 <= tune.parallel <= PARALLEL_MAX:
        yield f"tune.parallel is {tune.parallel}: expected 1 to {PARALLEL_MAX}"
    if not 0 <= tune.seed <= WHOLE_MAX:
        yield f"tune.seed is {tune.seed}: expected 0 to {WHOLE_MAX}"
    if tune.strategy not in STRATEGIES:
        yield f"tune.strategy is {quoted(tune.strategy)}: expected one of {', '.join(STRATEGIES)}"


def _number_problems(tune: Tune) -> Iterator[str]:
    drawn = [name for name, each in tune.ranges.items() if not isinstance(each, OneOf)]
    if tune.strategy == GRID and drawn:
        yield f"tune.strategy is 'grid', which tries values, and {listed(drawn)} has none: write OneOf(...) there"
    elif tune.combinations is not None and tune.combinations < 2:
        yield "tune.ranges leave nothing to choose: expected two combinations or more"
    elif tune.strategy == GRID and tune.combinations is not None and tune.combinations > tune.jobs:
        yield f"tune.jobs is {tune.jobs}, and the grid has {tune.combinations:,} combinations: allow as many jobs"
    elif tune.strategy != GRID and tune.combinations is not None and tune.combinations < tune.jobs:
        yield f"tune.jobs is {tune.jobs}, and there are {tune.combinations:,} combinations: expected no more jobs"


def _objective_problems(recipe: Fields, tune: Tune) -> Iterator[str]:
    if recipe.cross_validation_folds == 0:
        yield "tune compares trials by cross-validation, and cross_validation_folds is 0: set it to 2 or more"
    if tune.objective is not None and tune.objective not in OBJECTIVES:
        yield f"tune.objective is {quoted(tune.objective)}: expected one of {', '.join(OBJECTIVES)}, or None"
    else:
        yield from _positive_problems(recipe, tune)


def _positive_problems(recipe: Fields, tune: Tune) -> Iterator[str]:
    if tune.objective in OF_THE_POSITIVE and (recipe.positive is None or len(recipe.class_names) != 2):
        yield f"tune.objective is {tune.objective!r}, which needs two classes and `positive`"


def _built_in_problems(recipe: Fields, built_in: BuiltIn, tune: Tune, *, has_ranges: bool) -> Iterator[str]:
    """Nothing is cross-validated: `has_ranges` tells that the ranges make sense in themselves."""
    yield from built_in_rules.search_problems(built_in, tune, recipe.on_sagemaker)
    if has_ranges:
        yield from built_in_rules.parameter_problems(built_in, tune, classes=len(recipe.class_names))
    found = list(built_in_rules.objective_problems(recipe, built_in, tune))
    yield from found or _positive_problems(recipe, tune)


def _tuner_problems(tune: Tune, engine: SageMaker | None) -> Iterator[str]:
    if engine is None or not engine.tuner:
        if tune.strategy == BAYESIAN:
            yield f"tune.strategy is {BAYESIAN!r}, which needs SageMaker's tuner: write engine=SageMaker(tuner=True)"
        return
    if tune.parallel >= 1 and (most := search_seconds(tune, engine)) > SEARCH_SECONDS_MAX:
        yield (
            f"engine.tuner may take {most:,} s for {tune.trials} jobs, {tune.parallel} at a time, and"
            f" {SEARCH_SECONDS_MAX:,} s are the most: lower engine.max_runtime_seconds or tune.jobs, or raise"
            " tune.parallel"
        )
