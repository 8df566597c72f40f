"""Models of XGBoost answer as XGBoost itself answered, as they are read and as they are served."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import ImportRefused, ThresholdNotReached
from chalicelib.limits import IMPORT_TEXT_BYTES
from lambdas.model.formats.trees import artifact
from lambdas.model.formats.trees.export import export
from lambdas.model.recipe import Categorical, Date, Numeric, Threshold
from lambdas.model.training.imported import fitted
from lambdas.serve.seldom.why import lead as why
from tests.given import imports


@pytest.mark.parametrize("name", imports.SERVED)
def test_answers_are_those_of_xgboost(name: str) -> None:
    told = imports.told(name)

    answers = fitted(imports.content(name), recipe=imports.recipe(name)).answers_to(imports.part(name))

    assert answers.labels.tolist() == told.labels
    assert np.abs(answers.probabilities - told.probabilities).max() <= imports.SINGLE_STEP


@pytest.mark.parametrize("name", imports.SERVED)
def test_what_serves_has_the_bits_of_what_was_imported(name: str) -> None:
    made = fitted(imports.content(name), recipe=imports.recipe(name))
    part = imports.part(name)

    served = artifact.load(export(made).content).score(part.table().features(imports.recipe(name)))

    own = made.answers_to(part)
    assert served.labels.tolist() == own.labels.tolist() == imports.told(name).labels
    assert served.probabilities.tolist() == own.probabilities.tolist()


@pytest.mark.parametrize("name", imports.SERVED)
def test_columns_add_up_to_the_lead(name: str) -> None:
    made = artifact.load(export(fitted(imports.content(name), recipe=imports.recipe(name))).content)
    columns = [column.name for column in made.schema.columns]
    row = (0.5, -0.3, 1.2, "udp")[: len(columns)]
    label, shares = made.trees.score(row)

    lead = why.of_lead(made.trees.added(row), columns=columns, label=label, most=4)

    against = shares[made.classes.index(str(lead["against"]))]
    assert lead["lead"] == pytest.approx(np.log(max(shares) / against), abs=1e-5)


def test_trees_after_the_best_iteration_are_left_out_and_that_is_told() -> None:
    made = fitted(imports.content("early_stopped"), recipe=imports.recipe("early_stopped"))

    assert any("those up to best_iteration, as XGBClassifier does" in each for each in made.facts["warnings"])


def test_nobody_knows_which_rows_it_was_trained_on_and_that_is_told() -> None:
    made = fitted(imports.content("binary"), recipe=imports.recipe("binary"))

    assert "trained on rows of this holdout" in made.facts["warnings"][0]
    assert made.facts["estimator"] == "XGBoost 3.2.0"


def test_classes_may_be_named_in_another_order() -> None:
    plain = fitted(imports.content("binary"), recipe=imports.recipe("binary"))
    other = fitted(imports.content("binary"), recipe=imports.recipe("binary"), classes=["yes", "no"])

    one, two = (made.answers_to(imports.part("binary")) for made in (plain, other))

    assert (one.labels != two.labels).all()
    assert one.of("yes").tolist() == two.of("no").tolist()


def test_columns_may_stand_in_another_order_in_the_recipe() -> None:
    recipe = imports.recipe("binary")
    turned = imports.recipe("binary", columns=[*reversed(recipe.columns)])
    part = imports.part("binary")
    other = replace(part, numeric=part.numeric[:, ::-1])

    plain = fitted(imports.content("binary"), recipe=recipe).answers_to(part)

    assert fitted(imports.content("binary"), recipe=turned).answers_to(other).labels.tolist() == plain.labels.tolist()


def test_fixed_threshold_of_the_recipe_decides() -> None:
    made = fitted(imports.content("binary"), recipe=imports.recipe("binary", threshold=Threshold(0.9)))
    answers = made.answers_to(imports.part("binary"))

    assert (answers.labels == "yes").tolist() == (answers.of("yes") >= 0.9).tolist()


def test_threshold_that_has_to_be_chosen_is_refused() -> None:
    chosen = imports.recipe("binary", threshold=Threshold.at_precision(0.9))

    with pytest.raises(ThresholdNotReached, match="the model was imported"):
        fitted(imports.content("binary"), recipe=chosen)


Change = Callable[[dict[str, Any]], Any]


def learner(**changes: Any) -> Change:
    return lambda document: document["learner"].update(changes)


def booster(**changes: Any) -> Change:
    return lambda document: document["learner"]["gradient_booster"]["model"].update(changes)


def param(**changes: Any) -> Change:
    return lambda document: document["learner"]["learner_model_param"].update(changes)


def tree(**changes: Any) -> Change:
    return lambda document: document["learner"]["gradient_booster"]["model"]["trees"][0].update(changes)


def first(name: str, value: Any) -> Change:
    """In the place of the root's."""

    def change(document: dict[str, Any]) -> None:
        document["learner"]["gradient_booster"]["model"]["trees"][0][name][0] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.pop("learner"), "has no `learner`, so it is no model of XGBoost"),
        (learner(objective={"name": "reg:squarederror"}), "has objective 'reg:squarederror': trees of XGBoost with"),
        (learner(objective=[]), "has no `objective`, or a malformed one"),
        (learner(feature_names=[]), "does not name its features: set model.get_booster"),
        (learner(feature_names="abc"), "has a malformed `feature_names`"),
        (learner(feature_names=["a", "b", "z"]), "asks for columns that the recipe does not have: z"),
        (learner(feature_names=["a", "b", "b"]), "the recipe has columns that the model does not ask for: c"),
        (learner(feature_names=["a", "b", "c", "c"]), "does not name its features"),
        (learner(attributes={"best_iteration": "50"}), "has best_iteration '50', and no such tree"),
        (learner(attributes={"best_iteration": "x"}), "has best_iteration 'x', and no such tree"),
        (param(num_class="3"), "tells 3 classes apart, and the recipe has 2: no, yes"),
        (param(num_class="many"), "has no `num_class`, or a malformed one"),
        (param(base_score="[1,2]"), r"has base_score '\[1,2\]': expected a number, or one for each class"),
        (param(base_score="half"), "has base_score 'half': expected a number"),
        (param(base_score="[1"), "expected a number, or one for each class"),
        (param(base_score="1E0"), "expected a probability, more than 0 and less than 1"),
        (booster(trees=[]), "has 0 trees"),
        (booster(tree_info=[0] * 11 + [1]), "has another number of trees for each class"),
        (booster(trees=[7] * 12), "has a tree 0 that is no object"),
        (
            tree(tree_param={"size_leaf_vector": "3"}),
            "with more than one number in a leaf: train it with multi_strategy",
        ),
        (tree(left_children=[]), "whose left_children does not fit the others"),
        (tree(split_conditions=["x"]), "whose split_conditions is missing, or malformed"),
        (tree(sum_hessian=[1.0]), "whose sum_hessian does not fit the others"),
        (first("left_children", 0), "that leads out of itself, or back"),
        (first("left_children", 1000), "that leads out of itself, or back"),
        (first("left_children", -1), "with half a split"),
        (first("split_indices", 7), "that asks for a feature that there is not"),
        (first("split_conditions", float("inf")), "with a number that is not finite"),
        (first("split_type", 1), "that splits by a set of categories, and does not say which"),
        (tree(categories_nodes=[0], categories_segments=[0]), "whose sets of categories are malformed"),
    ],
)
def test_file_that_is_changed_is_refused_in_words(change: Change, said: str) -> None:
    document = imports.document("binary")
    change(document)

    with pytest.raises(ImportRefused, match=said):
        fitted(json.dumps(document).encode(), recipe=imports.recipe("binary"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (booster(cats={"enc": []}), "has categories of 'd', and does not say their names"),
        (booster(cats={"enc": [{}, {}, {}, {"offsets": [0, 1], "values": [200]}]}), "does not say their names"),
        (
            booster(cats={"enc": [{}, {}, {}, {"offsets": [0, 1], "values": [97]}]}),
            "a set of categories of 'd' without",
        ),
    ],
)
def test_categories_without_names_are_refused(change: Change, said: str) -> None:
    document = imports.document("categories")
    change(document)

    with pytest.raises(ImportRefused, match=said):
        fitted(json.dumps(document).encode(), recipe=imports.recipe("categories"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{L\0\0\0\0\0\0\0\7learner", "is UBJSON: save it as JSON, with model.save_model"),
        (b"\x80\x04pickle", "is a pickle, which runs whatever is in it"),
        (b"binf", "XGBoost's old binary form"),
        (b"tree\nversion=v4", "is a model of LightGBM"),
        (b"\x1f\x8b", "is packed"),
        (b"not json", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "has no `learner`"),
        (b" " * (IMPORT_TEXT_BYTES + 1), "100 MB at most are imported"),
    ],
)
def test_file_of_another_kind_is_refused_with_the_way_out(content: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        fitted(content, recipe=imports.recipe("binary"))


@pytest.mark.parametrize(("name", "said"), [("dart", "booster='dart'"), ("gblinear", "which has no trees")])
def test_booster_without_plain_trees_is_refused(name: str, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        fitted(imports.content(name), recipe=imports.recipe("binary"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"columns": [Numeric("a"), Numeric("b"), Categorical("c")]},
            "on numbers, and the recipe says Categorical: c",
        ),
        ({"columns": [Numeric("a"), Numeric("b"), Date("c")]}, "cannot tell dates: in the recipe they are Date: c"),
        ({"columns": [Numeric("a"), Numeric("b"), Numeric("c", missing=0.0)]}, "the recipe fills missing numbers"),
    ],
)
def test_recipe_that_does_not_fit_is_told(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        fitted(imports.content("binary"), recipe=imports.recipe("binary", **changes))


def test_release_that_writes_no_number_where_a_set_splits_is_told_that_names_are_missing() -> None:
    document = imports.document("categories")
    model = document["learner"]["gradient_booster"]["model"]
    model.pop("cats")
    for tree_ in model["trees"]:
        for node in tree_["categories_nodes"]:
            tree_["split_conditions"][node] = float("nan")

    with pytest.raises(ImportRefused, match="does not say their names"):
        fitted(json.dumps(document).encode(), recipe=imports.recipe("categories"))


def test_set_of_a_node_that_there_is_not_is_refused() -> None:
    document = imports.document("categories")
    found = next(
        each for each in document["learner"]["gradient_booster"]["model"]["trees"] if each["categories_nodes"]
    )
    found["split_type"] = [1] * 1000
    found["categories_nodes"] = [*range(1000)]
    found["categories_segments"] = found["categories_sizes"] = [0] * 1000

    with pytest.raises(ImportRefused, match="splits a node by a set that there is not"):
        fitted(json.dumps(document).encode(), recipe=imports.recipe("categories"))


def test_categories_for_a_numeric_column_are_refused() -> None:
    numbers = imports.recipe("binary", columns=[Numeric(each) for each in ("a", "b", "c", "d")])

    with pytest.raises(ImportRefused, match="trained on categories, and the recipe says Numeric: d"):
        fitted(imports.content("categories"), recipe=numbers)


def test_classes_that_are_not_the_recipes_are_refused() -> None:
    with pytest.raises(ImportRefused, match="the classes are named no, no: expected those of recipe imported"):
        fitted(imports.content("binary"), recipe=imports.recipe("binary"), classes=["no", "no"])


def test_one_base_score_counts_for_every_class() -> None:
    """As XGBoost 2 and older write it."""
    document = imports.document("several")
    document["learner"]["learner_model_param"]["base_score"] = "5E-1"

    made = fitted(json.dumps(document).encode(), recipe=imports.recipe("several"))

    assert made.estimator.base == [0.5, 0.5, 0.5]
