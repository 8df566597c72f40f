"""Describes a model in one small value. `lambdas/recipes/` holds one file for each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.errors import RecipeInvalid
from lambdas.model.built_in.algorithms import LinearLearner, XGBoost
from lambdas.model.gate.thresholds import at_least, at_most, at_most_cost, at_most_flips
from lambdas.model.recipe.elements import (
    Approval,
    Categorical,
    Columns,
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
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.gate_rules import costs_of_positive
from lambdas.model.recipe.hosting.endpoint import Endpoint, Scheduled
from lambdas.model.recipe.rules import problems
from lambdas.model.recipe.types import shown

__all__ = [
    "Approval",
    "Categorical",
    "Columns",
    "Date",
    "Endpoint",
    "LinearLearner",
    "Numeric",
    "Recipe",
    "SageMaker",
    "Scheduled",
    "Serving",
    "Shift",
    "Split",
    "Threshold",
    "Tolerate",
    "Window",
    "XGBoost",
    "at_least",
    "at_most",
    "at_most_cost",
    "at_most_flips",
]


@dataclass(frozen=True, kw_only=True)
class Recipe(Fields):
    """A model: raises RecipeInvalid, listing every field of a wrong type, or else all that contradicts itself."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", costs_of_positive(self.thresholds, positive=self.positive))
        wrong = list(problems(self))
        if wrong:
            about = f"recipe {shown(self.model)}"
            raise RecipeInvalid(f"{about}: {'; '.join(wrong)}", model=self.model, about=about, problems=wrong)

    @property
    def untuned(self) -> Recipe:
        """The same, with nothing to search."""
        where = self.on_sagemaker
        return replace(self, tune=None, engine=replace(where, tuner=False) if where else self.engine)
