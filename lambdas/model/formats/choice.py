"""Decides which format a recipe's estimator goes into: the one that the recipe names, else the first that takes it.

Only who builds the estimator can decide: Train, and the commands that check a recipe. What Train decided stands in
the run's documents and in the version's manifest, and whoever comes after it reads it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.formats.all_formats import FORMATS, Format, format_of


def choose(estimator: Any, *, named: str | None, formats: Mapping[str, Format] = FORMATS) -> str:
    """The name of the format for an unfitted estimator; `named` is the recipe's, None for the first that takes it.
    SageMaker's own algorithms have one each.

    Raises EstimatorUnsupported with the reasons of each format that was asked.
    """
    if isinstance(estimator, BuiltIn):
        return estimator.format
    refusals: dict[str, EstimatorUnsupported] = {}
    for name, each in (formats if named is None else {named: format_of(named)}).items():
        try:
            each.code().check(estimator)
        except EstimatorUnsupported as exc:
            refusals[name] = exc
        else:
            return name
    raise _by_all(refusals)


def _by_all(refusals: Mapping[str, EstimatorUnsupported]) -> EstimatorUnsupported:
    """The refusal of the nearest format, with the first reason of each other one: of those that know the last step
    the first, because there it is a parameter or a step before it that is in the way."""
    nearest, *others = sorted(refusals, key=lambda name: not refusals[name].details.get("knows"))
    first = refusals[nearest]
    if not others:
        return first
    about = str(first.details.get("about", first.message))
    problems = [
        *first.details.get("problems", ()),
        *(f"As {name}: {_why(refusals[name])}" for name in others),
    ]
    return EstimatorUnsupported(f"{about}. {'. '.join(problems)}", about=about, problems=problems)


def _why(refusal: EstimatorUnsupported) -> str:
    return str(next(iter(refusal.details.get("problems", ())), refusal.message))
