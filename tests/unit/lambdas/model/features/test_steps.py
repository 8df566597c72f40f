"""Steps are known by their classes."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler

from lambdas.model.features.steps import PARTS_OF, class_name


class Own(StandardScaler):  # type: ignore[misc]
    pass


def test_own_class_is_named_whole_and_scikit_learns_by_its_name() -> None:
    assert class_name(StandardScaler()) == "StandardScaler"
    assert class_name(Own()) == f"{__name__}.Own"


def test_steps_that_hold_others_are_taken_apart() -> None:
    inner, other = StandardScaler(), Own()

    assert PARTS_OF["Pipeline"](Pipeline([("a", inner), ("b", other)])) == [inner, other]
    assert PARTS_OF["ColumnTransformer"](ColumnTransformer([("a", inner, [0])], remainder=other)) == [inner, other]
    assert PARTS_OF["FeatureUnion"](FeatureUnion([("a", inner), ("b", other)])) == [inner, other]
