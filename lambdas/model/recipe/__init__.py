"""A recipe: how a model is built, split, judged and rolled out. To write one, a single import line is enough:

    from lambdas.model.recipe import Numeric, Recipe, at_least

recipe.py            the recipe
fields.py            its fields
elements.py          the small values that it is made of
rules.py             finds contradictions in it
types.py             checks the type of each field
size_rules.py        limits the size of each part
split_rules.py       finds contradictions in its split and its window
gate_rules.py        finds thresholds that make no sense
comparison_rules.py  finds demands on the comparison with the champion that cannot be met
threshold_rules.py   finds an operating point that makes no sense
trivial_answers.py   finds an answer without a look at the row that passes them
recipe_files.py      which files of a folder hold a recipe
hosting/             the endpoints of versions
tuning/              the ranges of parameters that are searched
"""

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
from lambdas.model.recipe.hosting.endpoint import Endpoint, Scheduled
from lambdas.model.recipe.recipe import Recipe
from lambdas.model.recipe.tuning.ranges import Continuous, Integer, OneOf, Tune
from lambdas.serve.dates import day, hour, minute, month, weekday, year

__all__ = [
    "Approval",
    "Categorical",
    "Columns",
    "Continuous",
    "Date",
    "Endpoint",
    "Integer",
    "LinearLearner",
    "Numeric",
    "OneOf",
    "Recipe",
    "SageMaker",
    "Scheduled",
    "Serving",
    "Shift",
    "Split",
    "Threshold",
    "Tolerate",
    "Tune",
    "Window",
    "XGBoost",
    "at_least",
    "at_most",
    "at_most_cost",
    "at_most_flips",
    "day",
    "hour",
    "minute",
    "month",
    "weekday",
    "year",
]
