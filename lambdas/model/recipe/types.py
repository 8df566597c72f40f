"""Checks that each field of a recipe has its type, before any other rule, so that those can rely on it.

People write recipes by hand, and Python does not check annotations.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from lambdas.model.built_in.algorithms import BUILT_INS, BuiltIn
from lambdas.model.gate.demands import RATCHET
from lambdas.model.gate.thresholds import AT_LEAST, AT_MOST, GateRule
from lambdas.model.recipe.elements import (
    CATEGORIES_OF_A_DATE,
    CLIP,
    DROP,
    IMPUTER,
    KEPT,
    MEAN,
    MEDIAN,
    NUMBERS_OF_A_DATE,
    REFUSE,
    Approval,
    Array,
    Categorical,
    Date,
    Numeric,
    SageMaker,
    Serving,
    Shift,
    Split,
    Threshold,
    Tolerate,
    Window,
)
from lambdas.model.recipe.fields import ENGINES, TARGETS, Fields
from lambdas.model.recipe.hosting.endpoint import Endpoint, Scheduled
from lambdas.model.recipe.tuning.ranges import Tune
from lambdas.serve.seldom.date_texts import FIRST, LAST

WHOLE_LIMIT = 2**63
"""Beyond it an int cannot always be converted to a float, or to text."""


@dataclass(frozen=True)
class Kind:
    """The type of a field: in words, and as a test."""

    words: str
    holds: Callable[[object], bool]

    def or_none(self) -> Kind:
        return Kind(f"{self.words}, or None", lambda value: value is None or self.holds(value))


def shown(value: object) -> str:
    """Any value as an error shows it, shortened.

    >>> shown("0.7"), shown(10**5000)
    ("'0.7'", 'a value of type int')
    """
    try:
        return reprlib.repr(value)
    except ValueError:  # Python writes no int of more than 4,300 digits
        return f"a value of type {type(value).__name__}"


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < WHOLE_LIMIT


def _is_number(value: object) -> bool:
    return isinstance(value, float) or _is_whole(value)


def _is_moment(value: object) -> bool:
    """A date is in seconds by then."""
    return (isinstance(value, float) or _is_whole(value)) and FIRST <= value <= LAST


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_direction(value: object) -> bool:
    return isinstance(value, str) and value in (AT_LEAST, AT_MOST)


def _is_anchor(value: object) -> bool:
    return value is None or value == RATCHET or (_is_whole(value) and value > 0)


TEXT = Kind("a text", _is_text)
TRUTH = Kind("True or False", lambda value: isinstance(value, bool))
NUMBER = Kind("a number", _is_number)
WHOLE = Kind("a whole number", _is_whole)
ESTIMATOR = Kind(
    f"a function of the columns, or {' or '.join(f'{each.__name__}(...)' for each in BUILT_INS)}",
    lambda value: callable(value) and not (isinstance(value, type) and issubclass(value, BuiltIn)),
)
LIST = Kind("a list", _is_list)
MAPPING = Kind("a dict of raw label to class name", lambda value: isinstance(value, Mapping))
COSTS = Kind('a dict such as {"fn": 50, "fp": 1}', lambda value: isinstance(value, Mapping))
TOLERATE = Kind("Tolerate(...)", lambda value: isinstance(value, Tolerate))
SPLIT = Kind("Split(...)", lambda value: isinstance(value, Split))
WINDOW = Kind("Window(...)", lambda value: isinstance(value, Window))
COLUMN = Kind(
    "Numeric(...), Numeric.array(...), Date(...) or Categorical(...)",
    lambda value: isinstance(value, Numeric | Categorical),
)
GATE_RULE = Kind(
    "at_least(...), at_most(...), at_most_cost(...) or at_most_flips(...)", lambda value: isinstance(value, GateRule)
)
THRESHOLD = Kind(
    "Threshold(0.3), Threshold.at_precision(0.95), Threshold.at_recall(0.9) or Threshold.by_costs(...)",
    lambda value: isinstance(value, Threshold),
)
SERVING = Kind("Serving(...)", lambda value: isinstance(value, Serving))
ENGINE = Kind(
    f"{' or '.join(map(repr, ENGINES))}, or SageMaker(...)",
    lambda value: isinstance(value, SageMaker) or (isinstance(value, str) and value in ENGINES),
)
TUNE = Kind("Tune({...})", lambda value: isinstance(value, Tune))
RANGES = Kind("a dict of parameter to range", lambda value: isinstance(value, Mapping))
TARGET = Kind(
    "'lambda' or 'endpoint', or Endpoint(...)", lambda value: isinstance(value, Endpoint) or value in TARGETS
)
SCHEDULED = Kind("Scheduled(...)", lambda value: isinstance(value, Scheduled))
SHIFT = Kind("Shift(share, seconds=...)", lambda value: isinstance(value, Shift))
APPROVAL = Kind("True, False or Approval(...)", lambda value: isinstance(value, bool | Approval))
DIRECTION = Kind(f"{AT_LEAST!r} or {AT_MOST!r}", _is_direction)
ANCHOR = Kind(f"{RATCHET!r}, the number of a model version, or None", _is_anchor)

FILL = Kind(
    f"a number, {MEDIAN!r}, {MEAN!r}, {IMPUTER!r} or {KEPT!r}",
    lambda value: _is_number(value) or value in (MEDIAN, MEAN, IMPUTER, KEPT),
)
MOMENT = Kind("a date such as '2026-01-31'", _is_moment)
FILL_OF_DATE = Kind(
    f"a date such as '2026-01-31', {MEDIAN!r}, {MEAN!r} or {KEPT!r}",
    lambda value: _is_moment(value) or value in (MEDIAN, MEAN, KEPT),
)
PART_OF_DATE = Kind(
    f"one of {', '.join(sorted([*NUMBERS_OF_A_DATE, *CATEGORIES_OF_A_DATE]))}",
    lambda value: isinstance(value, str) and value in (*NUMBERS_OF_A_DATE, *CATEGORIES_OF_A_DATE),
)
OUTSIDE = Kind(f"{REFUSE!r}, {CLIP!r} or {DROP!r}", lambda value: value in (REFUSE, CLIP, DROP))

Kinds = Mapping[str, Kind]
FIELDS: Kinds = {
    "model": TEXT,
    "columns": LIST,
    "label": TEXT,
    "classes": MAPPING,
    "estimator": ESTIMATOR,
    "thresholds": LIST,
    "other": TEXT.or_none(),
    "tolerate": TOLERATE,
    "missing_values": LIST,
    "positive": TEXT.or_none(),
    "threshold": THRESHOLD.or_none(),
    "split": SPLIT,
    "window": WINDOW.or_none(),
    "compare_with_champion": TRUTH,
    "sure": NUMBER,
    "significance": NUMBER.or_none(),
    "proved": TRUTH,
    "detectable": NUMBER.or_none(),
    "anchor": ANCHOR,
    "rollout": LIST,
    "approve": APPROVAL,
    "cross_validation_folds": WHOLE,
    "format": TEXT.or_none(),
    "requires": LIST,
    "serving": SERVING,
    "engine": ENGINE,
    "tune": TUNE.or_none(),
    "target": TARGET,
}
OF_A_NUMERIC: Kinds = {
    "name": TEXT,
    "minimum": NUMBER.or_none(),
    "maximum": NUMBER.or_none(),
    "missing": FILL.or_none(),
    "outside": OUTSIDE,
}
PARTS: Mapping[type, Kinds] = {
    Date: {
        "name": TEXT,
        "minimum": MOMENT.or_none(),
        "maximum": MOMENT.or_none(),
        "missing": FILL_OF_DATE.or_none(),
        "outside": OUTSIDE,
        "parts": LIST,
    },
    Array: {**OF_A_NUMERIC, "size": WHOLE},
    Numeric: OF_A_NUMERIC,
    Categorical: {"name": TEXT, "allowed": LIST.or_none(), "missing": TEXT.or_none()},
    Split: {
        "holdout_ratio": NUMBER,
        "seed": WHOLE,
        "group": TEXT.or_none(),
        "duplicates": TEXT.or_none(),
        "by": TEXT.or_none(),
        "nights": WHOLE.or_none(),
        "days": WHOLE.or_none(),
        "column": TEXT.or_none(),
    },
    Threshold: {
        "probability": NUMBER.or_none(),
        "precision": NUMBER.or_none(),
        "recall": NUMBER.or_none(),
        "costs": COSTS.or_none(),
    },
    Tolerate: {"rows": NUMBER, "files": WHOLE},
    Window: {"nights": WHOLE.or_none(), "days": WHOLE.or_none(), "column": TEXT.or_none()},
    Shift: {"share": NUMBER, "seconds": WHOLE},
    Serving: {"memory_mb": WHOLE.or_none(), "timeout_seconds": WHOLE.or_none()},
    SageMaker: dict.fromkeys(("max_runtime_seconds", "volume_gb", "instances"), WHOLE)
    | {"instance_type": TEXT, "spot": TRUTH, "tuner": TRUTH},
    Tune: dict.fromkeys(("jobs", "parallel", "seed"), WHOLE)
    | {"ranges": RANGES, "strategy": TEXT, "objective": TEXT.or_none(), "early_stopping": TRUTH},
    Endpoint: dict.fromkeys(("min_instances", "max_instances", "requests_per_minute", "keep_hours"), WHOLE)
    | {"instance_type": TEXT, "serverless": WHOLE.or_none(), "max_concurrency": WHOLE, "idle_hours": WHOLE}
    | {"scheduled": SCHEDULED.or_none()},
    Scheduled: {"begins": TEXT, "ends": TEXT, "min_instances": WHOLE, "max_instances": WHOLE.or_none()},
    Approval: {"within_hours": WHOLE, "otherwise": TEXT},
    GateRule: {
        "metric": TEXT,
        "of": TEXT.or_none(),
        "direction": DIRECTION,
        "bound": NUMBER,
        "margin": NUMBER.or_none(),
        "sure": NUMBER.or_none(),
        "costs": COSTS.or_none(),
    },
}


def type_problems(recipe: Fields) -> Iterator[str]:
    """Every field that is not of its type: its name, its value and what was expected."""
    for name, kind in FIELDS.items():
        yield from _problems(name, value=getattr(recipe, name), kind=kind)
    yield from _parts("columns", values=recipe.columns, kind=COLUMN)
    yield from _parts("thresholds", values=recipe.thresholds, kind=GATE_RULE)
    yield from _parts("missing_values", values=recipe.missing_values, kind=TEXT)
    yield from _parts("rollout", values=recipe.rollout, kind=SHIFT)
    yield from _fields("threshold", part=recipe.threshold)
    yield from _fields("split", part=recipe.split)
    yield from _fields("tolerate", part=recipe.tolerate)
    yield from _fields("window", part=recipe.window)
    yield from _fields("approve", part=recipe.approve)
    yield from _fields("serving", part=recipe.serving)
    yield from _fields("engine", part=recipe.engine)
    yield from _fields("tune", part=recipe.tune)
    yield from _fields("target", part=recipe.target)
    yield from _fields("target.scheduled", part=getattr(recipe.target, "scheduled", None))
    yield from _class_problems(recipe.classes)


def _problems(name: str, *, value: object, kind: Kind) -> Iterator[str]:
    if not kind.holds(value):
        yield f"{name} is {shown(value)}: expected {kind.words}"


def _parts(name: str, *, values: object, kind: Kind) -> Iterator[str]:
    if not isinstance(values, Sequence) or not LIST.holds(values):
        return
    for place, part in enumerate(values):
        yield from _problems(f"{name}[{place}]", value=part, kind=kind)
        yield from _fields(f"{name}[{place}]", part=part)


def _fields(name: str, *, part: object) -> Iterator[str]:
    for field, kind in next((kinds for of, kinds in PARTS.items() if isinstance(part, of)), {}).items():
        yield from _problems(f"{name}.{field}", value=getattr(part, field), kind=kind)
    if isinstance(part, Date):
        yield from _parts(f"{name}.parts", values=part.parts, kind=PART_OF_DATE)
    if isinstance(part, Categorical):
        yield from _parts(f"{name}.allowed", values=part.allowed, kind=TEXT)
    if isinstance(part, GateRule | Threshold) and isinstance(part.costs, Mapping):
        for error, cost in part.costs.items():
            yield from _problems(f"an error of {name}.costs", value=error, kind=TEXT)
            yield from _problems(f"{name}.costs[{shown(error)}]", value=cost, kind=NUMBER)


def _class_problems(classes: object) -> Iterator[str]:
    if not isinstance(classes, Mapping):
        return
    for label, name in classes.items():
        yield from _problems("a raw label of classes", value=label, kind=TEXT)
        yield from _problems(f"classes[{shown(label)}]", value=name, kind=TEXT)
