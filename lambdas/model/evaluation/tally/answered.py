"""Scores a version on some rows, by its own scorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Floats, Integers
from lambdas.model.artifact import Artifact, Features, served
from lambdas.model.metrics.confusion import places_of
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Answered:
    """What a version answers for n rows."""

    answers: Answers
    places: Integers
    """(n,): of each answered class its place among the recipe's."""

    def of_true_class(self, true: Integers, *, classes: tuple[str, ...]) -> Floats:
        """(n,): the probability of each row's true class, which is a place among `classes`; 0 for one that the
        version does not know."""
        found = np.zeros(len(true))
        for place, name in enumerate(classes):
            of_class = true == place
            found[of_class] = self.answers.of(name)[of_class]
        return found


def answered(artifact: Artifact, features: Features, *, recipe: Recipe) -> Answered:
    """Raises ArtifactInvalid when the artifact does not fit the rows, ClassUnknown for a class that is not the
    recipe's."""
    answers = served(artifact, features)
    return Answered(answers, places_of(answers.labels, labels=recipe.class_names))


def refusal(artifact: Artifact, levels: Sequence[Sequence[str]], *, recipe: Recipe) -> str:
    """What the artifact refuses of rows with these categories, by column; empty where it takes them.

    Asked of all of them at once, so that the words do not depend on which rows come first.
    """
    rows = max(map(len, levels), default=1)
    numbers = {column.name: np.zeros(rows) for column in recipe.numeric}
    texts = {
        column.name: np.array(list(islice(cycle(of_column), rows)), dtype=np.str_)
        for column, of_column in zip(recipe.categorical, levels, strict=True)
    }
    try:
        artifact.score({**numbers, **texts})
    except ArtifactInvalid as exc:
        return f"{exc}"
    except ValueError:
        return ""
    return ""
