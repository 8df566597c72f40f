"""Translates fitted transformers that take a function of each column by itself, which is no straight line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.arrays import Floats
from lambdas.model.features.linear import Feature, LevelFeature, PlainFeature, Step, SumFeature
from lambdas.model.features.steps import class_name
from lambdas.serve.dates import PARTS
from lambdas.serve.number_functions import NUMPYS

NAMES: Mapping[Any, str] = {getattr(np, name): name for name in NUMPYS} | {part: name for name, part in PARTS.items()}
"""Functions of arrays, and the names that a scorecard has for them."""
BOUNDS = (("a_min", "min"), ("a_max", "max"))
"""What np.clip calls them."""


def plain(features: list[Feature], *, before: Any) -> list[PlainFeature]:
    """Raises EstimatorUnsupported for sums: a function of a sum is no sum of functions."""
    if any(isinstance(feature, SumFeature) for feature in features):
        raise EstimatorUnsupported(
            f"{class_name(before)} takes a function of what a projection such as PCA mixes of several columns: put it"
            " before the projection"
        )
    return [feature for feature in features if not isinstance(feature, SumFeature)]


def why_not(step: Any) -> str:
    """Why the function of a FunctionTransformer cannot be exported; empty where it can."""
    if step.func is None:
        return ""
    if step.func is np.clip:
        return "" if _clip_bounds(step.kw_args) else "np.clip needs kw_args={'a_min': NUMBER, 'a_max': NUMBER} here"
    if not _has_name(step.func):
        return (
            "its function cannot be exported: take one of numpy's, such as np.log1p, or write its results into the"
            " files, as a column of their own"
        )
    return "its kw_args cannot be exported: leave them out" if step.kw_args else ""


def is_part_of_a_date(step: Any) -> bool:
    """Whether a FunctionTransformer takes a part of a time, such as `month`."""
    return _has_name(step.func) and NAMES[step.func] in PARTS and not step.kw_args


def _has_name(function: Any) -> bool:
    try:
        return function in NAMES
    except TypeError:  # what is callable need not be hashable
        return False


def _clip_bounds(given: Mapping[str, Any] | None) -> tuple[float, float] | None:
    found = [value for names in BOUNDS for name, value in (given or {}).items() if name in names]
    if len(found) != 2 or len(given or {}) != 2 or not all(isinstance(each, int | float) for each in found):
        return None
    low, high = map(float, found)
    return (low, high) if np.isfinite([low, high]).all() else None


def function(step: Any, features: list[Feature]) -> list[Feature]:
    """A FunctionTransformer, which `why_not` lets through."""
    if step.func is None:
        return features
    bounds = _clip_bounds(step.kw_args) if step.func is np.clip else None
    return _each(step, features, ("clip", *bounds) if bounds else (NAMES[step.func],))


def clipped(step: Any, features: list[Feature], *, low: float, high: float) -> list[Feature]:
    """What a scaler with `clip` makes of scaled features."""
    return _each(step, features, ("clip", float(low), float(high))) if step.clip else features


def _binarizer(step: Any, features: list[Feature]) -> list[Feature]:
    return _each(step, features, ("above", float(step.threshold)))


def _bins(step: Any, features: list[Feature]) -> list[Feature]:
    made: list[Feature] = []
    for feature, edges, bins in zip(plain(features, before=step), step.bin_edges_, step.n_bins_, strict=True):
        binned = feature.put_through(("bins", _numbers(edges[1:-1])))
        made += [binned] if step.encode == "ordinal" else binned.each_of(int(bins))
    return made


def _power(step: Any, features: list[Feature]) -> list[Feature]:
    name = step.method.replace("-", "_")
    made: list[Feature] = [
        feature.put_through((name, float(power)))
        for feature, power in zip(plain(features, before=step), step.lambdas_, strict=True)
    ]
    if not step.standardize:
        return made
    scaler = step._scaler
    return [each.minus(mean).over(scale) for each, mean, scale in zip(made, scaler.mean_, scaler.scale_, strict=True)]


def _quantiles(step: Any, features: list[Feature]) -> list[Feature]:
    if any(isinstance(feature, LevelFeature) for feature in features):
        raise EstimatorUnsupported("QuantileTransformer stands over categories: give it columns.numeric alone")
    name = "normal_quantiles" if step.output_distribution == "normal" else "quantiles"
    shares = _numbers(step.references_)
    return [
        feature.put_through((name, _numbers(quantiles), shares))
        for feature, quantiles in zip(plain(features, before=step), step.quantiles_.T, strict=True)
    ]


def _each(step: Any, features: list[Feature], through: Step) -> list[Feature]:
    return [feature.put_through(through) for feature in plain(features, before=step)]


def _numbers(array: Floats) -> tuple[float, ...]:
    return tuple(np.asarray(array, dtype=np.float64).tolist())


CURVES: Mapping[str, Callable[[Any, list[Feature]], list[Feature]]] = {
    "FunctionTransformer": function,
    "Binarizer": _binarizer,
    "KBinsDiscretizer": _bins,
    "PowerTransformer": _power,
    "QuantileTransformer": _quantiles,
}
