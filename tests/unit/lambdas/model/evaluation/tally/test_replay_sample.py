"""The rows that a published version is asked, through the very service that is published."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.tally.replay_sample import DISAGREEING_MAX, ROWS_MAX, Drawn
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.metrics.confusion import places_of
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.training.estimator import fit
from lambdas.serve import scorecard
from lambdas.serve.handler import Service
from tests.given import data

RECIPE = data.recipe(cross_validation_folds=0)
THREE_CLASSES = data.three_class_recipe(cross_validation_folds=0)
NUMBERS = data.numeric_recipe(cross_validation_folds=0)
HOLDOUT = data.table(RECIPE, rows=1000, seed=1)


def trained(recipe: Recipe, *, seed: int = 0) -> tuple[Artifact, Service]:
    content = export(fit(recipe, train=data.table(recipe, rows=300, seed=seed))).content
    service = Service(
        scorer=scorecard.read(content),
        model=recipe.model,
        model_version=1,
        artifact_sha256="0" * 64,
        format="scorecard",
    )
    return load(content), service


TRAINED = {
    "mixed": (RECIPE, *trained(RECIPE)),
    "three classes": (THREE_CLASSES, *trained(THREE_CLASSES)),
    "numbers": (NUMBERS, *trained(NUMBERS)),
}


def drawn(
    recipe: Recipe, served: Artifact, *, holdout: Table, scored: Answers, champion: Answers | None
) -> dict[str, Any]:
    disagrees = np.zeros(len(holdout), dtype=np.bool_) if champion is None else champion.labels != scored.labels
    return Drawn.of(
        places_of(holdout.labels, labels=recipe.class_names),
        holdout.features(recipe),
        begin=0,
        seed=recipe.split.seed,
        classes=recipe.class_names,
        schema=served.schema,
        scored=scored,
        disagrees=disagrees,
    ).to_document(is_compared=champion is not None)


def sampled(
    recipe: Recipe, served: Artifact, *, holdout: Table, champion: Artifact | None = None
) -> tuple[dict[str, Any], Answers]:
    """The sample as it is read back from JSON, and the artifact's answers for the whole holdout."""
    features = holdout.features(recipe)
    scored = served.score(features)
    rival = champion.score(features) if champion else None
    made = drawn(recipe, served, holdout=holdout, scored=scored, champion=rival)
    return json.loads(json.dumps(made, allow_nan=False)), scored


def answers_of(service: Service, sample: dict[str, Any]) -> list[dict[str, Any]]:
    answer: Any = service.answer({"instances": sample["instances"]})
    assert answer["status"] == 200, answer["body"]
    return list(answer["body"]["predictions"])


@pytest.mark.parametrize("kind", TRAINED)
@settings(max_examples=30)
@given(rows=st.integers(1, 400), seed=st.integers(0, 2**32 - 1))
def test_service_takes_every_row_and_answers_as_expected(kind: str, rows: int, seed: int) -> None:
    recipe, served, service = TRAINED[kind]

    sample, _ = sampled(recipe, served, holdout=data.table(recipe, rows=rows, seed=seed))

    assert len(sample["instances"]) == min(rows, ROWS_MAX)
    answered = [{name: each[name] for name in ("label", "probabilities")} for each in answers_of(service, sample)]
    assert answered == sample["expected"]


def test_same_inputs_draw_the_same_rows_and_another_seed_others() -> None:
    recipe, served, _ = TRAINED["mixed"]
    reseeded = replace(recipe, split=replace(recipe.split, seed=7))

    first, again, other = (sampled(each, served, holdout=HOLDOUT)[0] for each in (recipe, recipe, reseeded))

    assert first == again != other


@pytest.mark.parametrize(("rare", "drawn"), [(1, 1), (7, 7), (99, 99), (101, 100), (500, 100)])
def test_rare_class_is_drawn_as_often_as_it_occurs_up_to_its_share(rare: int, drawn: int) -> None:
    recipe, served, _ = TRAINED["mixed"]
    bad = np.flatnonzero(HOLDOUT.labels == "bad")[:rare]
    good = np.flatnonzero(HOLDOUT.labels == "good")
    holdout = HOLDOUT.take(np.sort(np.concatenate([bad, good])))
    labels = {tuple(row.values()): str(label) for row, label in zip(_rows(holdout), holdout.labels, strict=True)}
    rare = min(rare, len(bad))

    sample, _ = sampled(recipe, served, holdout=holdout)

    counted = Counter(labels[tuple(instance.values())] for instance in sample["instances"])
    assert counted["bad"] == min(drawn, rare)
    assert counted.total() == ROWS_MAX


def test_rows_on_which_champion_and_challenger_disagree_come_first() -> None:
    recipe, served, _ = TRAINED["mixed"]
    champion, _ = trained(recipe, seed=9)
    features = HOLDOUT.features(recipe)
    disagree = np.flatnonzero(served.score(features).labels != champion.score(features).labels)
    disagreeing = [_rows(HOLDOUT)[row] for row in disagree.tolist()]

    sample, _ = sampled(recipe, served, holdout=HOLDOUT, champion=champion)

    among = sum(instance in disagreeing for instance in sample["instances"])
    assert among >= min(len(disagreeing), DISAGREEING_MAX) > 0


def test_champion_that_disagrees_on_everything_does_not_shrink_the_sample() -> None:
    recipe, served, _ = TRAINED["mixed"]
    scored = served.score(HOLDOUT.features(recipe))
    contrary = replace(scored, labels=np.where(scored.labels == "bad", "good", "bad"))

    sample = drawn(recipe, served, holdout=HOLDOUT, scored=scored, champion=contrary)

    assert len(sample["instances"]) == ROWS_MAX


def test_row_that_cannot_be_scored_is_left_out() -> None:
    recipe, served, _ = TRAINED["mixed"]
    holdout = HOLDOUT.take(np.arange(5))
    scored = served.score(holdout.features(recipe))
    scored.probabilities[2] = np.nan

    sample = drawn(recipe, served, holdout=holdout, scored=scored, champion=None)

    assert sample["instances"] == [_rows(holdout)[row] for row in (0, 1, 3, 4)]


def test_empty_holdout_makes_an_empty_sample() -> None:
    recipe, served, _ = TRAINED["mixed"]

    sample, _ = sampled(recipe, served, holdout=HOLDOUT.take(np.arange(0)))

    assert sample == {"instances": [], "expected": []}


def _rows(holdout: Table) -> list[dict[str, Any]]:
    columns = {name: column.tolist() for name, column in holdout.features(RECIPE).items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
