"""What stands for the classes of an object while it is split: its raw labels, grouped as the classes were at first.

So a recipe that later parts a class, or makes one of two, moves no row to the other side.
"""

from __future__ import annotations

import numpy as np

from lambdas.model.arrays import Integers
from lambdas.model.recipe import Recipe
from lambdas.model.split import Groups
from lambdas.model.table import Reading


def groups_of(reading: Reading, *, recipe: Recipe) -> Groups:
    """The raw labels of the file by their classes, in the recipe's order."""
    labels = sorted(reading.raw_labels)
    groups = (tuple(label for label in labels if recipe.classes[label] == name) for name in recipe.class_names)
    return tuple(group for group in groups if group)


def strata(reading: Reading, *, groups: Groups) -> Integers:
    """(n,): the place of each row's group. A label that came with a correction is a group by itself, behind them."""
    known = {label for group in groups for label in group}
    new = [(label,) for label in sorted(reading.raw_labels) if label not in known]
    places = {label: place for place, group in enumerate([*groups, *new]) for label in group}
    return np.array([places[label] for label in reading.raw_labels], dtype=np.int64)[reading.codes]
