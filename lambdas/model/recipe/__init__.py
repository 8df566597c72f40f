"""A recipe: what a model is made of, how it is split, judged and rolled out. One import line for who writes one:

from lambdas.model.recipe import Numeric, Recipe, at_least
"""

from lambdas.model.gate.thresholds import at_least, at_most
from lambdas.model.recipe.parts import Categorical, Columns, Numeric, Shift, Split
from lambdas.model.recipe.recipe import Recipe

__all__ = ["Categorical", "Columns", "Numeric", "Recipe", "Shift", "Split", "at_least", "at_most"]
