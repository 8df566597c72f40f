"""Finds contradictions in a recipe, each rule in a few lines."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from chalicelib.contracts.instances import INSTANCES, SPOT_WAIT_SECONDS
from chalicelib.limits import LISTED_NAMES, OBJECTS, SERVING_MB_MAX, SERVING_MB_MIN, SERVING_SECONDS_MAX
from chalicelib.names import MODEL_NAME, MODEL_NAME_IN_WORDS, nearest_model_name
from lambdas.model.recipe.comparison_rules import comparison_problems
from lambdas.model.recipe.elements import (
    CATEGORIES_OF_A_DATE,
    IMPUTER,
    INFINITIES,
    KEPT,
    MAGNITUDE_MAX,
    REFUSE,
    Approval,
    Categorical,
    Date,
    Numeric,
    Serving,
)
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.gate_rules import gate_problems
from lambdas.model.recipe.hosting.endpoint_rules import target_problems
from lambdas.model.recipe.size_rules import size_problems
from lambdas.model.recipe.split_rules import split_problems
from lambdas.model.recipe.threshold_rules import threshold_problems
from lambdas.model.recipe.tuning.range_types import range_type_problems
from lambdas.model.recipe.tuning.tuning_rules import tuning_problems
from lambdas.model.recipe.types import shown, type_problems
from lambdas.serve.handler import FORMATS
from lambdas.serve.schema import NUMBER
from lambdas.serve.seldom.date_texts import text_of

RESERVED = "model"
"""A request names its model by this key, so no column can have it."""

PACKAGE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
PROBLEMS_MAX = 10_000
"""At most this many are counted: a short text such as range(10**9) has no end of them."""
FOLDS_MAX = 20
SHIFTS_MAX = 10
"""As chalicelib.promotion.promotion numbers the steps of a run."""
SHARE_DIGITS = 4
"""A share has to come back from Lambda as it was sent: a third, say, is not sure to."""
BAKE_SECONDS_MAX = 86_400
APPROVAL_HOURS = range(1, 30 * 24 + 1)
"""Later the data that it was judged on is old."""
OTHERWISE = ("reject", "approve")
RUNTIME_SECONDS = range(60, 86_401)
"""Of a training job. SageMaker itself takes more: a night has no more."""
VOLUME_GB = range(1, 1025)
INSTANCES_OF_A_JOB = range(1, 21)
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of characters that break a line, change its direction or are invisible."""


def problems(recipe: Fields) -> Iterator[str]:
    """The problems, in words: only wrong types if there are any, else only sizes, else contradictions."""
    for kind in (_wrong_types, size_problems, _contradictions):
        found = list(islice(kind(recipe), PROBLEMS_MAX))
        if found:
            yield from _listed(found)
            return


def _wrong_types(recipe: Fields) -> Iterator[str]:
    yield from type_problems(recipe)
    yield from range_type_problems(recipe.tune)


def _listed(found: list[str]) -> Iterator[str]:
    yield from found[:LISTED_NAMES]
    if len(found) > LISTED_NAMES:
        at_least = "at least " if len(found) == PROBLEMS_MAX else ""
        yield f"{at_least}{len(found) - LISTED_NAMES:,} more problems of that kind"


def _contradictions(recipe: Fields) -> Iterator[str]:
    if not MODEL_NAME.fullmatch(recipe.model):
        yield _model_problem(recipe.model)
    if recipe.format not in (None, *FORMATS):
        yield f"format is {shown(recipe.format)}: expected one of {', '.join(FORMATS)}, or None for the estimator's"
    strange = [each for each in recipe.requires if not (isinstance(each, str) and PACKAGE_NAME.fullmatch(each))]
    if strange:
        yield f"requires has {shown(strange[0])}: expected names of packages, such as 'xgboost-cpu', without versions"
    yield from _column_problems(recipe)
    yield from _class_problems(recipe)
    yield from _tolerance_problems(recipe)
    yield from split_problems(recipe)
    yield from _fold_problems(recipe)
    yield from threshold_problems(recipe)
    yield from gate_problems(recipe)
    yield from comparison_problems(recipe)
    yield from _rollout_problems(recipe)
    yield from _approval_problems(recipe)
    yield from _serving_problems(recipe.serving)
    yield from _engine_problems(recipe)
    yield from _built_in_problems(recipe)
    yield from tuning_problems(recipe)
    yield from target_problems(recipe)


def _model_problem(model: str) -> str:
    near = nearest_model_name(model)
    way = f"write model={near!r}" if near else "write another"
    return f"model is {shown(model)}, and a model's name is {MODEL_NAME_IN_WORDS}: {way}"


def _column_problems(recipe: Fields) -> Iterator[str]:
    names = [column.name for column in (*recipe.single_columns, *recipe.arrays)]
    yield from _name_problems(names, label=recipe.label)
    for column in recipe.columns:
        if isinstance(column, Numeric):
            yield from _range_problems(column)
    for text_column in recipe.categorical:
        yield from _allowed_problems(text_column)
    for date in recipe.dates:
        yield from _part_problems(date)
    yield from _missing_problems(recipe)


def _name_problems(names: list[str], *, label: str) -> Iterator[str]:
    if not names:
        yield "there is no column"
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield f"column {name} is named twice"
    if label in names:
        yield f"the label {label} is among the columns"
    if RESERVED in names:
        yield f"{RESERVED!r} cannot be a column's name: a request names its model by it"
    for name in [*names, label]:
        if not name or name != name.strip():
            yield f"{name!r} cannot be a column's name: it is empty or has spaces around it"


def _range_problems(column: Numeric) -> Iterator[str]:
    bounds = [bound for bound in (column.minimum, column.maximum) if bound is not None]
    if not all(math.isfinite(bound) for bound in bounds):
        yield f"a bound of column {column.name} is not finite: leave it out for none"
    elif bounds != sorted(bounds):
        low, high = map(text_of, bounds) if isinstance(column, Date) else bounds
        yield f"column {column.name} has its minimum {low} above its maximum {high}"
    if column.outside != REFUSE and not bounds:
        yield f"column {column.name} has outside={column.outside!r}, and neither minimum nor maximum: give one"
    if column.outside != REFUSE and any(abs(bound) > MAGNITUDE_MAX for bound in bounds):
        yield f"a bound of column {column.name} is too large to compute with: leave it out for none"
    if isinstance(column.missing, int | float) and not abs(column.missing) <= MAGNITUDE_MAX:
        yield f"missing of column {column.name} is {column.missing}: expected a number of at most {MAGNITUDE_MAX:.2g}"


def _part_problems(column: Date) -> Iterator[str]:
    if not column.parts or len(set(column.parts)) < len(column.parts):
        yield f"parts of column {column.name} is not a list of different parts: expected one at least, each once"
    categories = [part for part in column.parts if part in CATEGORIES_OF_A_DATE]
    if column.missing == KEPT and categories:
        yield f"column {column.name} keeps missing dates, which have no {categories[0]}: leave it out of its parts"


def _missing_problems(recipe: Fields) -> Iterator[str]:
    texts = list(recipe.missing_values)
    if "" in texts or len(set(texts)) != len(texts) or any(text != text.strip() for text in texts):
        yield "missing_values is not a list of different texts without spaces around them: an empty cell is missing"
    for text in texts:
        if NUMBER.fullmatch(text) or text.lstrip("+-").lower() in INFINITIES:
            yield f"missing_values has {shown(text)}, which is a number: write empty cells in its place"
    for column in recipe.categorical:
        if column.missing == "":
            yield f"missing of column {column.name} is an empty text: write a category, such as 'missing'"
        both = sorted({*texts} & {*(column.allowed or ())}) if column.missing is not None else []
        if both:
            yield f"column {column.name} has {shown(both[0])} among allowed, and missing_values has it too"


def _allowed_problems(column: Categorical) -> Iterator[str]:
    allowed = column.allowed
    if allowed is None:
        return
    if not allowed or "" in allowed or len(set(allowed)) != len(allowed):
        yield f"allowed of column {column.name} is not a list of different texts, none of them empty"


def _class_problems(recipe: Fields) -> Iterator[str]:
    if len(recipe.class_names) < 2:
        named = "classes and other name" if recipe.other else "classes names"
        yield f"{named} fewer than two classes"
    if "" in recipe.classes or "" in recipe.classes.values():
        yield "classes holds an empty text"
    if recipe.other == "":
        yield "other is an empty text: leave it out, so that a label which classes does not list is an error"
    for name in recipe.class_names:
        if any(unicodedata.category(character) in UNSEEN for character in name):
            yield f"the class {shown(name)} holds a line break or another character that cannot be seen"
    if recipe.positive is not None and recipe.positive not in recipe.class_names:
        yield f"positive is {shown(recipe.positive)}: expected one of {', '.join(recipe.class_names)}"


def _tolerance_problems(recipe: Fields) -> Iterator[str]:
    if not 0 <= recipe.tolerate.rows < 1:
        yield f"tolerate.rows is {recipe.tolerate.rows}: expected a share, 0 or more and less than 1"
    if not 0 <= recipe.tolerate.files < OBJECTS:
        yield f"tolerate.files is {recipe.tolerate.files}: expected 0 to {OBJECTS - 1:,}"


def _fold_problems(recipe: Fields) -> Iterator[str]:
    if recipe.cross_validation_folds not in (0, *range(2, FOLDS_MAX + 1)):
        yield f"cross_validation_folds is {recipe.cross_validation_folds}: expected 0, or 2 to {FOLDS_MAX}"


def _rollout_problems(recipe: Fields) -> Iterator[str]:
    shares = [step.share for step in recipe.rollout]
    if len(shares) > SHIFTS_MAX:
        yield f"rollout has {len(shares)} steps: expected {SHIFTS_MAX} at most"
    if shares != sorted(set(shares)) or not all(0 < share < 1 for share in shares):
        yield f"rollout shifts {', '.join(map(str, shares))}: expected growing shares, more than 0 and less than 1"
    if any(round(share, SHARE_DIGITS) != share for share in shares):
        yield f"rollout shifts {', '.join(map(str, shares))}: expected {SHARE_DIGITS} decimals at most"
    for step in recipe.rollout:
        if not 1 <= step.seconds <= BAKE_SECONDS_MAX:
            yield f"a step of rollout lasts {step.seconds} s: expected a whole number, 1 to {BAKE_SECONDS_MAX}"


def _approval_problems(recipe: Fields) -> Iterator[str]:
    approval = recipe.approve
    if not isinstance(approval, Approval):
        return
    if approval.within_hours not in APPROVAL_HOURS:
        yield f"approve waits {shown(approval.within_hours)} hours: expected 1 to {APPROVAL_HOURS[-1]}"
    if approval.otherwise not in OTHERWISE:
        yield f"approve has otherwise={shown(approval.otherwise)}: expected {' or '.join(OTHERWISE)}"


def _serving_problems(serving: Serving) -> Iterator[str]:
    memory, seconds = serving.memory_mb, serving.timeout_seconds
    if memory is not None and not SERVING_MB_MIN <= memory <= SERVING_MB_MAX:
        accepted = f"{SERVING_MB_MIN} to {SERVING_MB_MAX:,}"
        yield f"serving.memory_mb is {memory}: expected {accepted}, or None for the stage's"
    if seconds is not None and not 1 <= seconds <= SERVING_SECONDS_MAX:
        yield f"serving.timeout_seconds is {seconds}: expected 1 to {SERVING_SECONDS_MAX}, or None for the stage's"


def _engine_problems(recipe: Fields) -> Iterator[str]:
    """What the image of SageMaker has no library for is refused here, and what may cost more than anyone expects."""
    engine = recipe.on_sagemaker
    if engine is None:
        return
    if engine.instance_type not in INSTANCES:
        yield f"engine.instance_type is {shown(engine.instance_type)}: expected one of {', '.join(INSTANCES)}"
    if engine.max_runtime_seconds not in RUNTIME_SECONDS:
        longest = f"{RUNTIME_SECONDS[0]} to {RUNTIME_SECONDS[-1]:,}"
        yield f"engine.max_runtime_seconds is {engine.max_runtime_seconds}: expected {longest}"
    if engine.volume_gb not in VOLUME_GB:
        yield f"engine.volume_gb is {engine.volume_gb}: expected {VOLUME_GB[0]} to {VOLUME_GB[-1]:,}"
    if recipe.requires:
        yield "requires names packages, which SageMaker's image of scikit-learn does not have: leave engine out"
    if recipe.format == "onnx":
        yield "format is 'onnx', whose libraries SageMaker's image of scikit-learn does not have: leave engine out"
    yield from _instances_problems(engine.instances, are_shared=recipe.built_in is not None)
    if recipe.built_in is not None and (engine.tuner or not recipe.built_in.has_checkpoints):
        seconds = engine.max_runtime_seconds if engine.spot else 0
        yield from _spot_problems(seconds, of=type(recipe.built_in).__name__)


def _instances_problems(instances: int, *, are_shared: bool) -> Iterator[str]:
    if instances not in INSTANCES_OF_A_JOB:
        yield f"engine.instances is {instances}: expected 1 to {INSTANCES_OF_A_JOB[-1]}"
    elif instances > 1 and not are_shared:
        yield "engine.instances is more than 1, and scikit-learn fits on one: leave it out, or take XGBoost()"


def _spot_problems(seconds: int, *, of: str) -> Iterator[str]:
    if seconds > SPOT_WAIT_SECONDS:
        yield f"engine has spot, and {of} has {SPOT_WAIT_SECONDS:,} s of it at most: lower engine.max_runtime_seconds"


def _built_in_problems(recipe: Fields) -> Iterator[str]:
    """Whose image is closed: it is a training job alone, of rows without gaps, and nothing is cross-validated."""
    built_in = recipe.built_in
    if built_in is None:
        return
    name = type(built_in).__name__
    yield from built_in.problems(classes=len(recipe.class_names))
    if recipe.on_sagemaker is None:
        yield f"estimator is {name}, which is SageMaker's own: write engine='sagemaker', or SageMaker(...)"
    if recipe.format not in (None, built_in.format):
        yield f"format is {shown(recipe.format)}, and {name} goes into {built_in.format!r}: leave format out"
    if recipe.threshold is not None and recipe.threshold.is_chosen:
        yield f"threshold is chosen by cross-validation, which {name} has not: write a number, as Threshold(0.3)"
    for column in recipe.numeric:
        if column.missing in (KEPT, IMPUTER):
            yield f"column {column.name} has missing={column.missing!r}, and {name} takes no gaps: write 'median'"
    for place, part in recipe.parts_of_x[:1] if built_in.format == "trees" else ():
        yield f"parts of column {recipe.numeric[place].name} has {part}, and {name} takes no such part: leave it out"
