"""Counts one part of the holdout: what the challenger, the champion and the anchor answer for its rows.

A part is counted slice by slice, so that no more rows are held at once than a slice has. What is kept of a slice is
far smaller than its rows, and is merged as if all rows had been counted at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Integers
from lambdas.model.artifact import Artifact, Features
from lambdas.model.data.part import Part
from lambdas.model.evaluation.tally import differences, flips
from lambdas.model.evaluation.tally.answered import Answered, answered
from lambdas.model.evaluation.tally.copies import Copies
from lambdas.model.evaluation.tally.differences import Difference
from lambdas.model.evaluation.tally.flips import Sides
from lambdas.model.evaluation.tally.replay_sample import Drawn
from lambdas.model.gate.parity import Parity, compare_answers
from lambdas.model.metrics.confusion import ClassUnknown
from lambdas.model.metrics.curves import Scores
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import row_hashes

SLICE_ROWS = 16_384
"""Rows whose features and answers are held at once."""

CHALLENGER, CHAMPION, ANCHOR = "challenger", "champion", "anchor"

Versions = Mapping[str, Artifact]
"""What is scored, by these names: the challenger first, and those of the others that there are."""

Keep = Callable[[NDArray[np.uint64], Integers, Mapping[str, Answered]], None]
"""Takes of some rows the hashes, the places of their classes, and what each version answers that could be scored."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """All that a report needs to know of some rows."""

    rows: int
    copies: Copies
    """Of the answers of the versions, in their order; one with a problem counts as if it answered the first class."""
    curves: dict[str, Scores]
    """Of the positive class, by version; empty without one."""
    problems: Mapping[str, str]
    """By version: why it could not be scored on the first of these rows that it could not be scored on."""
    parity: Parity
    sides: Sides | None
    """None where champion and challenger were not both scored."""
    differences: Sequence[Difference]
    drawn: Drawn

    @classmethod
    def merged(cls, many: list[Tally]) -> Tally:
        """Of all rows, in their order. At least one; the list is emptied, so that little is held twice."""
        if len(many) == 1:
            return many.pop()
        held = {name: [getattr(each, name) for each in many] for name in cls.__dataclass_fields__}
        many.clear()
        problems = {name: text for found in reversed(held.pop("problems")) for name, text in found.items()}
        curves, sides = held.pop("curves"), held.pop("sides")
        names = [name for name in curves[0] if name not in problems]
        return cls(
            rows=sum(held.pop("rows")),
            copies=Copies.merged(held.pop("copies")),
            curves={name: Scores.merged([found.pop(name) for found in curves]) for name in names},
            problems=problems,
            parity=Parity.merged(held.pop("parity")),
            sides=None if None in sides else Sides.merged(sides),
            differences=differences.merged(held.pop("differences")),
            drawn=Drawn.merged(held.pop("drawn")),
        )


def count(
    part: Part,
    *,
    estimator: Answers,
    recipe: Recipe,
    versions: Versions,
    begin: int,
    keep: Keep | None = None,
) -> Tally:
    """Of the part's rows, of which the first one is row `begin` of the holdout. `estimator` are its answers for them.
    `keep` takes the answers of each row besides.

    Raises ArtifactInvalid when the challenger cannot be scored on them, ClassUnknown when it answers a class that is
    not the recipe's.
    """
    tallies = []
    for first in range(0, max(len(part), 1), SLICE_ROWS):
        answers = estimator.between(first, first + SLICE_ROWS)
        tallies.append(
            _count(
                part.between(first, first + SLICE_ROWS),
                estimator=answers,
                recipe=recipe,
                versions=versions,
                begin=begin + first,
                keep=keep,
            )
        )
    found = Tally.merged(tallies)
    beyond = Parity(0, len(estimator) - found.parity.answered)
    return replace(found, parity=Parity.merged([found.parity, beyond]))


def _count(
    part: Part, *, estimator: Answers, recipe: Recipe, versions: Versions, begin: int, keep: Keep | None
) -> Tally:
    """The same of a slice."""
    table, classes = part.table(), recipe.class_names
    true, hashes, features = part.labels.astype(np.int64), row_hashes(table), table.features(recipe)
    challenger = answered(versions[CHALLENGER], features, recipe=recipe)
    scored, problems = {CHALLENGER: challenger}, {}
    for name in [each for each in versions if each != CHALLENGER]:
        beside = _beside(versions[name], features, recipe=recipe)
        if isinstance(beside, str):
            problems[name] = beside
        else:
            scored[name] = beside
    if keep is not None:
        keep(hashes, true, scored)
    nothing = np.zeros(len(part), dtype=np.int64)
    places = [scored[name].places if name in scored else nothing for name in versions]
    positive = recipe.positive
    curves = {
        name: Scores.of(true == classes.index(positive), scores=each.answers.of(positive))
        for name, each in scored.items()
        if positive is not None
    }
    champion = scored.get(CHAMPION)
    models = flips.comparable(versions[CHALLENGER], versions.get(CHAMPION), classes=classes)
    return Tally(
        rows=len(part),
        copies=Copies.of(hashes, true, *places, n_classes=len(classes)),
        curves=curves,
        problems=problems,
        parity=compare_answers(challenger.answers, estimator=estimator),
        sides=Sides.of(
            true,
            new=challenger,
            live=champion,
            begin=begin,
            n_classes=len(classes),
            sums=flips.sums(part, recipe=recipe, models=models) if models else {},
        )
        if champion
        else None,
        differences=differences.differences(
            true, hashes, features, begin=begin, recipe=recipe, challenger=challenger, champion=champion
        )
        if champion
        else [],
        drawn=Drawn.of(
            true,
            features,
            begin=begin,
            seed=recipe.split.seed,
            classes=classes,
            schema=versions[CHALLENGER].schema,
            scored=challenger.answers,
            disagrees=challenger.places != champion.places if champion else np.zeros(len(part), dtype=np.bool_),
        ),
    )


def _beside(artifact: Artifact, features: Features, *, recipe: Recipe) -> Answered | str:
    """Or why it cannot be scored on these rows."""
    try:
        return answered(artifact, features, recipe=recipe)
    except (ArtifactInvalid, ValueError) as exc:
        return f"{exc}" if isinstance(exc, ArtifactInvalid | ClassUnknown) else type(exc).__name__
