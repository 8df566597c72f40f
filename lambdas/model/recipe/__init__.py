"""A recipe: what a model is made of, how it is split, judged and rolled out. One import line for who writes one:

    from lambdas.model.recipe import Numeric, Recipe, at_least

recipe.py        the recipe
fields.py        its fields, below the rules that judge them
parts.py         the small values that it is made of
rules.py         what makes it contradict itself
types.py         whether each field is of its type
sizes.py         how large each field may be
gate_rules.py    what makes its thresholds nonsense
recipe_files.py  which files of a folder hold a recipe
"""

from lambdas.model.gate.thresholds import at_least, at_most
from lambdas.model.recipe.parts import Categorical, Columns, Numeric, Shift, Split
from lambdas.model.recipe.recipe import Recipe

__all__ = ["Categorical", "Columns", "Numeric", "Recipe", "Shift", "Split", "at_least", "at_most"]
