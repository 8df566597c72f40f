from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, MaxAbsScaler, OneHotEncoder, RobustScaler
from sklearn.tree import DecisionTreeClassifier

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.formats.trees.artifact import load
from lambdas.model.formats.trees.export import export
from lambdas.model.formats.trees.grown import Tree
from lambdas.model.formats.trees.size import NODES_MAX, NODES_TOLD, WAYS, Size, check_bytes, foresee
from lambdas.model.recipe import Columns, Numeric
from lambdas.model.recipe.elements import KEPT
from lambdas.model.training.estimator import fit
from lambdas.serve.schema import REFUSED
from tests.given.trees import KINDS, ONE_THREAD, Model, difference, edges, model, recipe, table


def made(estimator: Any, *, classes: int = 2, missing: bool = False, **given: Any) -> Model:
    """Of an estimator, or a function of the columns that returns it."""
    build = estimator if callable(estimator) else lambda _: estimator
    train = table(300, classes=classes, missing=missing)
    fitted = fit(recipe(build, classes=classes, missing=missing, **given), train=train)
    content = export(fitted).content
    return Model(fitted, load(content).trees, content)


def encoded(columns: Columns) -> Any:
    prepare = make_column_transformer(
        (make_pipeline(RobustScaler(), MaxAbsScaler()), columns.numeric[:2]),
        (Binarizer(threshold=0.1), columns.numeric[2:]),
        (make_pipeline(OneHotEncoder(handle_unknown="ignore"), SelectKBest(k=3)), columns.categorical),
    )
    return make_pipeline(prepare, GradientBoostingClassifier(n_estimators=5, random_state=0))


@pytest.mark.parametrize(
    "estimator",
    [
        encoded,
        GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 4]}, cv=2),
        make_pipeline(GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [3]}, cv=2)),
        GradientBoostingClassifier(n_estimators=5, loss="exponential", random_state=0),
        GradientBoostingClassifier(n_estimators=5, init="zero", random_state=0),
        GradientBoostingClassifier(n_estimators=5, max_leaf_nodes=5, random_state=0),
        HistGradientBoostingClassifier(max_iter=3),
        HistGradientBoostingClassifier(max_iter=20, early_stopping=True, categorical_features=[3, 4], random_state=0),
        DecisionTreeClassifier(max_depth=1, min_samples_leaf=150),
        RandomForestClassifier(3, monotonic_cst=[1, 0, -1, 0, 0], random_state=0),
    ],
)
def test_what_people_put_around_trees_is_served_as_it_was_fitted(estimator: Any) -> None:
    of = made(estimator)

    assert difference(of.served, of, edges(of, 60)) == ""


def test_category_that_an_encoder_refuses_is_refused_in_a_request() -> None:
    def estimator(columns: Columns) -> Any:
        return make_pipeline(
            make_column_transformer((OneHotEncoder(), columns.categorical), remainder="passthrough"),
            DecisionTreeClassifier(random_state=0),
        )

    columns = {column.name: column for column in made(estimator).served.schema.columns}

    assert columns["protocol"].unknown == REFUSED


def test_sets_of_numbers_are_refused_by_the_way_out() -> None:
    boosting = HistGradientBoostingClassifier(max_iter=3, categorical_features=[0, 1, 2])
    train = table(300)
    fitted = fit(recipe(lambda _: boosting), train=replace(train, numeric=np.abs(np.round(train.numeric))))

    with pytest.raises(EstimatorUnsupported, match="declare it Categorical"):
        export(fitted)


def test_sets_of_an_encoders_outputs_are_refused_by_the_way_out() -> None:
    def estimator(columns: Columns) -> Any:
        encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
        prepare = make_column_transformer((encoder, columns.categorical), remainder="drop")
        return make_pipeline(prepare, HistGradientBoostingClassifier(max_iter=2, categorical_features=[0, 1]))

    with pytest.raises(EstimatorUnsupported, match="leave the encoder out"):
        made(estimator)


def test_selector_that_drops_all_of_a_refused_category_is_told() -> None:
    def estimator(columns: Columns) -> Any:
        prepare = make_column_transformer((OneHotEncoder(), columns.categorical), ("passthrough", columns.numeric))
        return make_pipeline(prepare, SelectKBest(k=1), DecisionTreeClassifier(random_state=0))

    with pytest.raises(EstimatorUnsupported, match="what they cannot be asked about exactly"):
        made(estimator)


def test_missing_number_that_no_estimator_takes_is_refused_before_the_fit() -> None:
    with pytest.raises(
        EstimatorUnsupported, match=r"column a says missing='kept'.*GradientBoostingClassifier takes none"
    ):
        made(GradientBoostingClassifier(n_estimators=2), missing=True)


def test_missing_number_is_taken_where_the_column_says_so_and_nothing_warns_of_it() -> None:
    served = made(DecisionTreeClassifier(random_state=0), missing=True).served
    noted: list[tuple[str, str, str]] = []
    row = served.schema.read({"a": None, "protocol": "tcp", "c": 1.0, "flag": "tcp"}, noted)

    assert [value for value in row if value != value] == [row[0], row[2]]
    assert noted == []
    assert served.score(row)[0] in served.classes
    refusing = made(DecisionTreeClassifier(random_state=0)).served
    assert [column.missing for column in refusing.schema.columns] == [None] * 5


def test_a_kept_number_is_of_trees_alone_and_others_are_filled_beside_it() -> None:
    columns = [
        replace(column, missing="median" if column.name == "b" else KEPT) if isinstance(column, Numeric) else column
        for column in recipe(lambda _: None).columns
    ]
    of = made(DecisionTreeClassifier(random_state=0), missing=True, columns=columns)

    assert of.fitted.fills.of_columns[0] is None
    assert of.fitted.fills.of_columns[1] is not None
    assert difference(of.served, of, table(50, seed=6)) == ""


def test_export_tells_how_large_the_trees_are() -> None:
    of = model("forest", 2, False)
    exported = export(of.fitted)

    assert exported.facts["trees"] == len(of.served.roots)
    assert exported.facts["nodes"] == len(of.served.slot)
    assert 0 < exported.facts["expected_row_us"] < 100
    assert list(exported.warnings) == []


def test_values_that_are_not_finite_are_a_diverged_fit() -> None:
    of = made(GradientBoostingClassifier(n_estimators=2, random_state=0))
    of.fitted.estimator.estimators_[0, 0].tree_.value[:] = np.inf

    with pytest.raises(TrainingFailed, match="GradientBoostingClassifier has values that are not finite"):
        export(of.fitted)


def test_bagged_trees_some_of_which_saw_no_row_of_a_class_answer_as_the_estimator() -> None:
    train = table(60, classes=3)
    rare = np.flatnonzero(train.labels == "class-2")[2:]
    train = train.take(np.setdiff1d(np.arange(60), rare))
    with ONE_THREAD():
        fitted = fit(recipe(KINDS["bagging"], classes=3), train=train)
    content = export(fitted).content
    of = Model(fitted, load(content).trees, content)

    assert any(not tree.tree_.value[0, 0, 2] for tree in fitted.estimator.estimators_)
    assert difference(of.served, of, table(300, classes=3, seed=5)) == ""


def test_too_many_nodes_or_too_slow_trees_are_refused_by_the_ways_out() -> None:
    base = recipe(lambda _: None)

    Size(trees=1, nodes=NODES_MAX, row_us=2000).check(base)
    with pytest.raises(EstimatorUnsupported, match=r"1,000,001 nodes that split.*max_leaf_nodes or min_samples_leaf"):
        Size(trees=500, nodes=NODES_MAX + 1, row_us=1).check(base)
    with pytest.raises(EstimatorUnsupported, match=r"about 2.1 ms a row.*fewer trees"):
        Size(trees=2000, nodes=5, row_us=2100).check(base)
    with pytest.raises(EstimatorUnsupported, match="41 MB, and Lambda serves 40 MB at most"):
        check_bytes(base, size_bytes=41_000_000)


@pytest.mark.parametrize(
    ("forest", "told"),
    [
        (ExtraTreesClassifier(1, random_state=0), "nodes that split, and 1,000,000 at most"),
        (RandomForestClassifier(1, max_depth=3, random_state=0), "ms a row, and 2 ms at most"),
    ],
)
def test_trees_that_are_too_large_or_too_slow_are_refused_before_they_are_laid_out(forest: Any, told: str) -> None:
    """The tree asks about a column that there is not, which fails as soon as it is laid out."""
    of = made(forest)
    trees = of.fitted.estimator.estimators_
    trees[0].tree_.feature[0] = 99
    with pytest.raises(IndexError):
        export(of.fitted)
    trees *= 16_000  # all of them the one tree, which costs no fit

    with pytest.raises(EstimatorUnsupported, match=f"{told} are served: {WAYS}$"):
        export(of.fitted)


def test_many_nodes_are_told() -> None:
    assert Size(trees=1, nodes=NODES_TOLD, row_us=1).warnings == []
    assert "300,001 nodes that split" in Size(trees=1, nodes=NODES_TOLD + 1, row_us=1).warnings[0]


def test_a_row_takes_as_many_steps_as_the_training_rows_did() -> None:
    """Half of the rows pass one node, the others two: 1.5 nodes at 0.1 microseconds."""
    tree = Tree(
        feature=np.array([0, -2, 0, -2, -2]),
        threshold=np.zeros(5),
        left=np.array([1, -1, 3, -1, -1]),
        right=np.array([2, -1, 4, -1, -1]),
        missing_left=np.zeros(5, dtype=np.bool_),
        weight=np.array([8.0, 4.0, 4.0, 2.0, 2.0]),
        says=np.zeros((5, 1)),
        expected=np.zeros((5, 1)),
    )

    assert Size.of([tree, tree]) == Size(trees=2, nodes=4, row_us=0.3)


def test_tree_of_rows_without_weight_takes_all_of_its_nodes() -> None:
    """As of a class of weight 0 that a sample holds alone."""
    tree = Tree(
        feature=np.array([0, -2, -2]),
        threshold=np.zeros(3),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        missing_left=np.zeros(3, dtype=np.bool_),
        weight=np.zeros(3),
        says=np.zeros((3, 1)),
        expected=np.zeros((3, 1)),
    )

    assert Size.of([tree]) == Size(trees=1, nodes=1, row_us=0.1)


def test_levels_tell_nothing_of_the_size() -> None:
    of = model("forest", 2, False)

    foresee(export(of.fitted), recipe=of.fitted.recipe, levels=of.fitted.levels)
