"""Groups the raw labels of an object for its split, by the classes of its first split.

So a recipe that later divides or merges classes moves no row to the other side. Nor does a recipe that takes its
label from another column: an object is always split by the column of its first split.
"""

from __future__ import annotations

import numpy as np

from lambdas.model.arrays import Integers
from lambdas.model.reading.table import Labels
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import Groups


def groups_of(labels: Labels, *, recipe: Recipe) -> Groups:
    """The raw labels of the file by their classes, in the recipe's order."""
    raw = sorted(labels.raw)
    groups = (tuple(label for label in raw if recipe.classes[label] == name) for name in recipe.class_names)
    return tuple(group for group in groups if group)


def strata(labels: Labels, *, groups: Groups) -> Integers:
    """(n,): the index of each row's group. A label that only a corrected file has is its own group, at the end."""
    known = {label for group in groups for label in group}
    new = [(label,) for label in sorted(labels.raw) if label not in known]
    places = {label: place for place, group in enumerate([*groups, *new]) for label in group}
    return np.array([places[label] for label in labels.raw], dtype=np.int64)[labels.codes]
