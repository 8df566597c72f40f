from __future__ import annotations

from typing import Any

import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.refusals import PROBLEMS, Refusal, Rules, is_served

RULES = Rules(
    no_form="it has no form",
    served="A tree is served",
    transformers={"StandardScaler": is_served},
    classifiers={"DecisionTreeClassifier": lambda step: "max_depth is set" if step.max_depth else ""},
    other_transformer=lambda _: "it mixes",
    other_classifier=lambda _: "it is no tree",
    way_of_classifier=lambda _: "DecisionTreeClassifier()",
)
TREE = DecisionTreeClassifier()
SHALLOW = DecisionTreeClassifier(max_depth=2)


def told(estimator: Any) -> list[str]:
    return [str(each) for each in RULES.refusals(estimator)]


@pytest.mark.parametrize(
    "estimator",
    [
        TREE,
        make_pipeline(StandardScaler(), None, "passthrough", TREE),
        make_pipeline(make_union(StandardScaler(), "drop"), make_pipeline(TREE)),
        GridSearchCV(TREE, {"min_samples_leaf": [1, 2]}),
    ],
)
def test_estimator_whose_steps_are_all_taken_is_not_refused(estimator: Any) -> None:
    RULES.check(estimator)


@pytest.mark.parametrize(
    ("estimator", "step", "why"),
    [
        (LogisticRegression(), "LogisticRegression", "it is no tree"),
        (SHALLOW, "DecisionTreeClassifier", "max_depth is set"),
        (None, "None", "the recipe's function `estimator` returns no estimator"),
        (LogisticRegression, "LogisticRegression", "it is a class, not an object: write LogisticRegression()"),
        ("tree", "'tree'", "it is no tree"),
        (GridSearchCV(TREE, {}, refit=False), "GridSearchCV", "with refit=False nothing is fitted that could answer"),
        (GridSearchCV(TREE, {"max_depth": [None, 2]}), "DecisionTreeClassifier", "max_depth is set"),
    ],
)
def test_refused_last_step_is_told_with_what_to_take_in_its_place(estimator: Any, step: str, why: str) -> None:
    assert told(estimator) == [f"{step}: {why}; take DecisionTreeClassifier() in its place"]


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (PCA(), "PCA: it mixes"),
        (StandardScaler, "StandardScaler: it is a class, not an object: write StandardScaler()"),
        (LogisticRegression(), "LogisticRegression: it transforms nothing, and is not the last step"),
        (make_union(StandardScaler(), PCA()), "PCA: it mixes"),
    ],
)
def test_refused_step_before_it_is_told(step: Any, why: str) -> None:
    assert told(make_pipeline(step, TREE)) == [why]


def test_a_subclass_does_not_count_as_its_base() -> None:
    class Mine(DecisionTreeClassifier):  # type: ignore[misc]
        pass

    (refusal,) = RULES.refusals(Mine())

    assert refusal == Refusal(f"{__name__}.{Mine.__qualname__}", "it is no tree", "DecisionTreeClassifier()", True)


def test_error_names_each_refused_step_once_and_some_of_many() -> None:
    many = [type(f"Step{place}", (), {"transform": None})() for place in range(PROBLEMS + 2)]

    with pytest.raises(EstimatorUnsupported, match=r"it has no form\. .*And 3 steps more\. A tree") as refused:
        RULES.check(make_pipeline(PCA(), PCA(), *many, TREE))

    assert len(refused.value.details["problems"]) == PROBLEMS + 2


@pytest.mark.parametrize(
    ("estimator", "knows"),
    [(SHALLOW, True), (make_pipeline(PCA(), TREE), True), (LogisticRegression(), False), (None, False)],
)
def test_error_says_whether_the_last_step_is_of_a_class_that_is_taken(estimator: Any, knows: bool) -> None:
    with pytest.raises(EstimatorUnsupported) as refused:
        RULES.check(estimator)

    assert refused.value.details["knows"] is knows


def test_empty_pipeline_has_nothing_to_refuse() -> None:
    """scikit-learn refuses it in its own words."""
    pipeline = make_pipeline(TREE)
    pipeline.steps = []

    assert told(pipeline) == []
