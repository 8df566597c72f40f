"""How the holdout is cut into parts decides nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.evaluation.evaluation import evaluate as judge
from lambdas.model.evaluation.tally.tally import SLICE_ROWS, Tally
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.training.estimator import fit
from lambdas.serve.schema import Schema
from tests.given import data
from tests.given.holdouts import cut, evaluate

Result = TypeVar("Result")

RECIPES = {
    "two classes": data.recipe(cross_validation_folds=0),
    "three classes": data.three_class_recipe(cross_validation_folds=0),
    "numbers": data.numeric_recipe(cross_validation_folds=0),
}


def trained(
    recipe: Recipe, *, seed: int, rows: int = 300, changed: Callable[[Table], Table] = lambda table: table
) -> Artifact:
    return load(export(fit(recipe, train=changed(data.table(recipe, rows=rows, seed=seed)))).content)


MODELS = {
    name: (trained(recipe, seed=1), trained(recipe, seed=2, rows=20), trained(recipe, seed=3, rows=30))
    for name, recipe in RECIPES.items()
}
ROWS = 60


def holdout_of(recipe: Recipe, *, rows: int = ROWS) -> Table:
    """With copies of rows, far from one another."""
    drawn = np.random.default_rng(4).integers(0, max(2 * rows // 3, 1), rows)
    return data.table(recipe, rows=rows, seed=5).take(drawn)


def report(name: str, at: Iterable[int], *, rows: int = ROWS, **changes: Any) -> dict[str, Any]:
    recipe, (challenger, champion, anchor) = RECIPES[name], MODELS[name]
    holdout = holdout_of(recipe, rows=rows)
    given_: dict[str, Any] = {
        "artifact": challenger,
        "answers": challenger.score(holdout.features(recipe)),
        "champion": champion,
        "anchor": AnchorVersion(model_version=3, artifact=anchor),
        **changes,
    }
    return dict(json.loads(json.dumps(evaluate(recipe, holdout=holdout, at=sorted(at), **given_))))


WHOLE = {name: report(name, []) for name in RECIPES}


@pytest.mark.parametrize("name", RECIPES)
@settings(max_examples=25)
@given(at=st.lists(st.integers(0, ROWS), max_size=7))
def test_report_of_any_cut_is_the_report_of_one_piece(name: str, at: list[int]) -> None:
    assert report(name, at) == WHOLE[name]


@pytest.mark.parametrize("name", RECIPES)
def test_report_of_one_row_a_part_is_the_report_of_one_piece(name: str) -> None:
    assert WHOLE[name]["flips"]["flipped"] > 1 and WHOLE[name]["differences"][0]["rows_alike"] >= 1

    assert report(name, range(1, ROWS)) == WHOLE[name]


def test_report_of_more_rows_than_a_slice_has_and_than_replay_asks_is_the_same_too() -> None:
    rows = SLICE_ROWS + 1_000

    assert report("two classes", [300, 9_000, SLICE_ROWS + 400], rows=rows) == report("two classes", [], rows=rows)


@settings(max_examples=10)
@given(at=st.lists(st.integers(0, ROWS), min_size=2, max_size=5), begin=st.integers(0, 3), end=st.integers(1, 5))
def test_parts_may_be_merged_in_any_groups(at: list[int], begin: int, end: int) -> None:
    recipe, (challenger, champion, _) = RECIPES["two classes"], MODELS["two classes"]
    table = holdout_of(recipe)
    holdout = cut(recipe, table, challenger.score(table.features(recipe)), at=sorted(at))

    def some_merged_first(function: Callable[[str], Any], names: Iterable[str]) -> list[Any]:
        found = holdout.each(function, names)
        group = found[begin:end]
        if not group or not isinstance(found[0], Tally):
            return found
        return [*found[:begin], Tally.merged(group), *found[max(begin, end) :]]

    given_: dict[str, Any] = {"artifact": challenger, "champion": champion}
    made = judge(recipe, holdout=replace(holdout, each=some_merged_first), **given_)

    assert made == judge(recipe, holdout=holdout, **given_)


class Strange:
    """It answers a class that the recipe does not have where size is above a bound."""

    classes = ("bad", "good")
    schema = Schema.from_document({"columns": []})

    def __init__(self, *names: str) -> None:
        self.names = names

    def score(self, features: Any) -> Answers:
        sizes = features["size"]
        labels = np.full(len(sizes), "good   ")
        for name, bound in zip(self.names, (6.0, 3.0), strict=False):
            labels[sizes > bound] = name
        return Answers(self.classes, np.char.strip(labels), np.full((len(sizes), 2), 0.5))


def strict(columns: Any) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    return make_pipeline(ColumnTransformer([("texts", OneHotEncoder(), columns.categorical)]), LogisticRegression())


def few_flags(table: Table) -> Table:
    return table.take(np.flatnonzero(np.isin(table.categorical[:, 0], ["S0", "SF"])))


REFUSING = trained(replace(RECIPES["two classes"], estimator=strict), seed=1, changed=few_flags)
REFUSED = "the artifact refuses unknown categories, and column flag holds "
CUTS: tuple[Sequence[int], ...] = ([], [1], [7, 30], range(1, ROWS))


@pytest.mark.parametrize("at", CUTS, ids=len)
@pytest.mark.parametrize(
    "version", [REFUSING, Strange("odd"), Strange("odd", "ugly")], ids=["refused", "odd", "ugly"]
)
def test_why_a_version_cannot_be_scored_does_not_depend_on_the_cut(version: Artifact, at: Iterable[int]) -> None:
    asked: dict[str, Any] = {"champion": version, "anchor": AnchorVersion(model_version=3, artifact=version)}

    whole, made = (report("two classes", each, **asked) for each in ([], at))

    assert made == whole
    assert not made["champion"]["scored"] and made["flips"] is None and made["differences"] == []
    if version is REFUSING:
        assert f"{REFUSED}01, S1: " in made["champion"]["problem"]


@pytest.mark.parametrize("at", CUTS, ids=len)
def test_why_the_artifact_itself_cannot_be_scored_does_not_depend_on_the_cut(at: Iterable[int]) -> None:
    with pytest.raises(ArtifactInvalid) as whole:
        report("two classes", [], artifact=REFUSING)
    with pytest.raises(ArtifactInvalid) as made:
        report("two classes", at, artifact=REFUSING)

    assert str(made.value) == str(whole.value)
    assert REFUSED in str(whole.value)


@pytest.mark.parametrize("at", CUTS, ids=len)
@pytest.mark.parametrize(("missing", "more"), [(1, 0), (0, 3)])
def test_estimator_that_answered_fewer_or_more_rows_is_told_alike(at: list[int], missing: int, more: int) -> None:
    recipe, (challenger, *_) = RECIPES["two classes"], MODELS["two classes"]
    answers = challenger.score(holdout_of(recipe, rows=ROWS + more).features(recipe))
    kept = answers.between(0, ROWS - missing + more)

    made = report("two classes", at, answers=kept)

    assert f"there are {ROWS} and {len(kept)} answers" in made["reason"]
