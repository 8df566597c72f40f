"""Models of trees of every kind, and rows at their edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from lambdas.model.arrays import Floats
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.trees import artifact
from lambdas.model.formats.trees.export import export
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe, at_least
from lambdas.model.recipe.elements import KEPT
from lambdas.model.training.estimator import fit
from lambdas.serve.schema import Row
from lambdas.serve.trees import Trees

NUMBERS = ("a", "b", "c")
LEVELS = ("icmp", "tcp", "udp", "x25", "zigbee")
LARGEST = 3.4028235677973362e38
"""The largest double that rounds to a finite 32-bit float."""
ODD = (0.0, -0.0, LARGEST, -LARGEST, 1e-45, -1e-45, 1e-300, 2.0**24 + 1)
TREES = 12
ONE_THREAD = partial(threadpool_limits, limits=1)
"""Threads that wait for one another take seconds where other tests have the cores."""


def _decision_tree(_: Columns) -> object:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(random_state=0)


def _best_first(_: Columns) -> object:
    from sklearn.tree import ExtraTreeClassifier

    return ExtraTreeClassifier(max_leaf_nodes=30, max_features=None, random_state=0)


def _forest(_: Columns) -> object:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(TREES, random_state=0, n_jobs=2)


def _weighted_forest(_: Columns) -> object:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(TREES, min_samples_leaf=3, class_weight="balanced", random_state=0)


def _extra_trees(_: Columns) -> object:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(TREES, random_state=0)


def _gradient_boosting(_: Columns) -> object:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(n_estimators=TREES, random_state=0)


def _hist_gradient_boosting(columns: Columns) -> object:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=TREES, categorical_features=columns.categorical)


def _ada_boost(_: Columns) -> object:
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    return AdaBoostClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=TREES, random_state=0)


def _bagging(_: Columns) -> object:
    """Of trees with columns of their own each."""
    from sklearn.ensemble import BaggingClassifier

    return BaggingClassifier(n_estimators=TREES, max_features=0.7, max_samples=0.3, random_state=0, n_jobs=2)


def _prepared(columns: Columns) -> object:
    """As people write it: scaled and encoded before a forest."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

    first, *others = columns.numeric
    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", drop="first"), columns.categorical),
        (MinMaxScaler(), [first]),
        (StandardScaler(), others),
    )
    return make_pipeline(prepare, RandomForestClassifier(TREES, random_state=0))


def _calibrated(columns: Columns) -> object:
    """Of histograms, whose scores are put through a sigmoid for each fold."""
    from sklearn.calibration import CalibratedClassifierCV

    return CalibratedClassifierCV(_hist_gradient_boosting(columns), cv=2)


def _isotonic(columns: Columns) -> object:
    """Of a prepared forest, whose probabilities go along lines."""
    from sklearn.calibration import CalibratedClassifierCV

    return CalibratedClassifierCV(_prepared(columns), method="isotonic", cv=3)


def _vote(columns: Columns) -> object:
    """Of forests alone."""
    from sklearn.ensemble import VotingClassifier

    members = [("forest", _forest(columns)), ("out", "drop"), ("extra", _extra_trees(columns))]
    return VotingClassifier(members, voting="soft", weights=[2, 5, 1.5])


def _vote_of_all(columns: Columns) -> object:
    """Of kinds with scores of their own each, one of them a vote of a calibrated one."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import VotingClassifier

    inner = VotingClassifier([("calibrated", _calibrated(columns)), ("forest", _forest(columns))], voting="soft")
    members = [
        ("inner", CalibratedClassifierCV(inner, cv=2)),
        ("AdaBoost", _ada_boost(columns)),
        ("calibrated AdaBoost", CalibratedClassifierCV(_ada_boost(columns), method="isotonic", cv=2)),
        ("gradient boosting", _gradient_boosting(columns)),
    ]
    return VotingClassifier(members, voting="soft")


KINDS: Mapping[str, Callable[[Columns], object]] = {
    "decision tree": _decision_tree,
    "extra tree, best first": _best_first,
    "forest": _forest,
    "weighted forest": _weighted_forest,
    "extra trees": _extra_trees,
    "gradient boosting": _gradient_boosting,
    "histogram gradient boosting": _hist_gradient_boosting,
    "AdaBoost": _ada_boost,
    "bagging": _bagging,
    "prepared forest": _prepared,
}
BLENDS: Mapping[str, Callable[[Columns], object]] = {
    "calibrated histograms": _calibrated,
    "isotonic prepared forest": _isotonic,
    "vote of forests": _vote,
    "vote of all": _vote_of_all,
}
"""Made of several."""
TAKING_MISSING = sorted({*KINDS} - {"gradient boosting", "AdaBoost", "bagging"})
CASES = [(kind, classes, False) for kind in KINDS for classes in (2, 3)] + [
    (kind, classes, True) for kind in TAKING_MISSING for classes in (2, 3)
]
"""Kind, number of classes, and whether numbers are missing."""


def recipe(
    estimator: Callable[[Columns], object], *, classes: int = 2, missing: bool = False, **given: Any
) -> Recipe:
    """Two categories stand between the numbers."""
    kept = KEPT if missing else None
    names = [f"class-{place}" for place in range(classes)]
    return Recipe(
        **{
            "model": "trees",
            "columns": [
                Numeric("a", missing=kept),
                Categorical("protocol"),
                Numeric("b", missing=kept),
                Numeric("c", missing=kept),
                Categorical("flag"),
            ],
            "label": "y",
            "classes": dict(zip(names, names, strict=True)),
            "estimator": estimator,
            "thresholds": [at_least("accuracy", bound=0.75)],
            "format": "trees",
            "cross_validation_folds": 0,
            **given,
        }
    )


def table(rows: int, *, classes: int = 2, missing: bool = False, seed: int = 0) -> Table:
    """Noisy labels, so that trees grow deep; numbers with two digits, so that rows meet thresholds."""
    rng = np.random.default_rng(seed)
    numbers = np.round(rng.normal(size=(rows, len(NUMBERS))), 2)
    texts = np.array(LEVELS, dtype=np.str_)[rng.integers(0, len(LEVELS) - 1, size=(rows, 2))]
    score = numbers[:, 0] - numbers[:, 1] ** 2 + (texts[:, 0] == "tcp") + rng.normal(size=rows) / 2
    places = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    labels = np.array([f"class-{place}" for place in range(classes)], dtype=np.str_)[places]
    if missing:
        numbers[rng.random(numbers.shape) < 0.1] = np.nan
    return Table(numbers, texts, labels)


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model beside what is served of it."""

    fitted: Fitted
    served: Any
    """Trees, or a Blend of them."""
    content: bytes

    def answers(self, rows: Table) -> Answers:
        """What the estimator says."""
        with ONE_THREAD():
            return self.fitted.answers(rows)


@cache
def model(kind: str, classes: int, missing: bool, rows: int = 400) -> Model:
    train = table(rows, classes=classes, missing=missing)
    return made(recipe({**KINDS, **BLENDS}[kind], classes=classes, missing=missing), train)[0]


def made(of: Recipe, train: Table) -> tuple[Model, Mapping[str, Any]]:
    """The model of these rows, and the facts of its export."""
    with ONE_THREAD():
        fitted = fit(of, train=train)
    exported = export(fitted)
    return Model(fitted, artifact.load(exported.content).trees, exported.content), exported.facts


def served_rows(rows: Table) -> list[Row]:
    """In the order of the recipe's columns."""
    (a, b, c), (protocol, flag) = rows.numeric.T.tolist(), rows.categorical.T.tolist()
    return [list(row) for row in zip(a, protocol, b, c, flag, strict=True)]


def edges(of: Model, rows: int, *, missing: bool = False, seed: int = 1) -> Table:
    """Rows whose numbers are thresholds, their neighbours in either width, where rounding to 32 bits turns and its
    neighbours, both zeros and the largest numbers; NaN and an unknown category among them."""
    rng = np.random.default_rng(seed)
    made = table(rows, classes=len(of.fitted.classes), seed=seed)
    every = of.served.trees if hasattr(of.served, "trees") else [of.served]
    each_of = [_thresholds(each) for each in every]
    thresholds = {name: np.concatenate([each[name] for each in each_of]) for name in NUMBERS}
    for column, name in enumerate(NUMBERS):
        numbers = made.numeric[:, column]
        chosen = rng.random(rows)
        if len(thresholds[name]):
            near = _around(rng.choice(thresholds[name], size=rows), rng=rng)
            numbers[:] = np.where((chosen < 0.7) & np.isfinite(near), near, numbers)
        numbers[:] = np.where(chosen > 0.9, rng.choice(min(map(_odd, every), key=len), size=rows), numbers)
        if missing:
            numbers[rng.random(rows) < 0.1] = np.nan
    made.categorical[rng.random(made.categorical.shape) < 0.1] = LEVELS[-1]
    return made


def _odd(served: Trees) -> Sequence[float]:
    """A scaler before the trees makes the largest numbers larger."""
    small = tuple(number for number in ODD if abs(number) < LARGEST)
    return small if served.put_through else ODD if served.rounds_to_32_bits else (*ODD, 1e308, -1e308)


def _thresholds(served: Trees) -> dict[str, Floats]:
    """Of each number's splits, where it is not put through steps."""
    places = {place: served.schema.columns[column].name for place, column in enumerate(served.places)}
    through = {slot for slot, _ in served.put_through}
    slots, thresholds = np.asarray(served.slot), np.asarray(served.threshold, dtype=np.float64)
    slots, thresholds = slots[np.isfinite(thresholds)], thresholds[np.isfinite(thresholds)]
    return {
        name: np.concatenate(
            [thresholds[slots == place] for place in places if places[place] == name and place not in through]
            or [np.empty(0)]
        )
        for name in NUMBERS
    }


def _around(thresholds: Floats, *, rng: np.random.Generator) -> Floats:
    above = np.nextafter(thresholds.astype(np.float32), np.float32(np.inf)).astype(np.float64)
    middle = (thresholds + above) / 2
    every: list[NDArray[np.float64]] = [
        *(thresholds, np.nextafter(thresholds, np.inf), np.nextafter(thresholds, -np.inf), above),
        *(middle, np.nextafter(middle, np.inf), np.nextafter(middle, -np.inf)),
    ]
    return np.choose(rng.integers(0, len(every), size=len(thresholds)), every)


def difference(served: Any, of: Model, rows: Table) -> str:
    """In words what the served model answers differently than the estimator; empty where nothing is.

    A mean of shares has the estimator's bits; an exponential may differ in the last digit.
    """
    return differing(served, of.answers(rows), rows=served_rows(rows))


def differing(served: Any, wanted: Answers, *, rows: Sequence[Row]) -> str:
    """The same of any rows, in the order of the model's own columns."""
    scored = [served.score(row) for row in rows]
    labels = np.array([label for label, _ in scored])
    if (labels != wanted.labels).any():
        return f"{int((labels != wanted.labels).sum())} of {len(rows)} labels differ"
    apart = np.abs(np.array([shares for _, shares in scored]) - wanted.probabilities).max()
    allowed = 0.0 if getattr(served, "link", "") == "mean" else 1e-15
    return f"probabilities differ by {apart}" if not apart <= allowed else ""
