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

OTHERS = ""
"""In a group, it stands for every label that no group names: no recipe lists an empty label."""


def groups_of(labels: Labels, *, recipe: Recipe) -> Groups:
    """The raw labels of the file by their classes, in the recipe's order; those that it does not list are OTHERS."""
    raw = [label for label in sorted(labels.raw) if label in recipe.classes]
    groups = (
        (*(label for label in raw if recipe.classes[label] == name), *([OTHERS] if name == recipe.other else []))
        for name in recipe.class_names
    )
    return tuple(group for group in groups if group)


def strata(labels: Labels, *, groups: Groups) -> Integers:
    """(n,): the index of each row's group. A label that only a corrected file has, and that of a bad row, is its own
    group, at the end, unless one of the groups has all OTHERS."""
    places = {label: place for place, group in enumerate(groups) for label in group}
    new = [label for label in sorted(labels.raw) if label not in places]
    places.update({label: places.get(OTHERS, len(groups) + place) for place, label in enumerate(new)})
    return np.array([places[label] for label in labels.raw], dtype=np.int64)[labels.codes]
