from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA, FactorAnalysis, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NeighborhoodComponentsAnalysis
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features.projections import SMALLEST_SPREAD
from lambdas.model.recipe import Columns, Numeric, Recipe
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.given.parity import QUICK, Factory, assert_parity, columns_then, with_unknown

DENSE = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def behind_both(*steps: Any, texts: Any = DENSE) -> Factory:
    """Numbers scaled, texts encoded; then the steps, over all of them."""

    def estimator(columns: Columns) -> Any:
        prepared, classifier = columns_then(LogisticRegression(), texts=texts, sparse_threshold=0)(columns)
        return make_pipeline(prepared, *steps, classifier)

    return estimator


PROJECTED: dict[str, Factory] = {
    "pca": behind_both(PCA(n_components=3)),
    "pca-share": behind_both(PCA(n_components=0.9)),
    "pca-whitened": behind_both(PCA(n_components=3, whiten=True)),
    "pca-scaled": behind_both(PCA(n_components=4), StandardScaler(), MinMaxScaler()),
    "pca-twice": behind_both(PCA(n_components=4), PCA(n_components=2), MaxAbsScaler()),
    "pca-in-parts": behind_both(IncrementalPCA(n_components=3, whiten=True)),
    "svd": behind_both(TruncatedSVD(n_components=3, random_state=0)),
    "svd-of-sparse": columns_then(
        LogisticRegression(),
        texts=make_pipeline(OneHotEncoder(handle_unknown="ignore"), TruncatedSVD(n_components=2, random_state=0)),
    ),
    "ica": behind_both(FastICA(n_components=2, random_state=0, max_iter=1000)),
    "ica-arbitrary": behind_both(FastICA(n_components=2, random_state=0, max_iter=1000, whiten="arbitrary-variance")),
    "factors": behind_both(FactorAnalysis(n_components=2)),
    "discriminants": behind_both(LinearDiscriminantAnalysis()),
    "discriminants-eigen": columns_then(
        LogisticRegression(), numbers=LinearDiscriminantAnalysis(solver="eigen"), texts="drop"
    ),
    "neighbourhood": behind_both(NeighborhoodComponentsAnalysis(n_components=2, random_state=0, max_iter=5)),
    "gaussian": behind_both(GaussianRandomProjection(n_components=3, random_state=0)),
    "sparse": behind_both(SparseRandomProjection(n_components=3, density=0.5, random_state=0)),
    "sparse-dense": behind_both(
        SparseRandomProjection(n_components=3, density=0.5, random_state=0, dense_output=True)
    ),
    "union": behind_both(
        FeatureUnion(
            [("pca", PCA(n_components=2)), ("same", "passthrough"), ("none", "drop"), ("scaled", StandardScaler())],
            transformer_weights={"pca": 0.5},
        )
    ),
    "union-of-projections": behind_both(
        FeatureUnion([("pca", PCA(n_components=2)), ("svd", TruncatedSVD(n_components=2, random_state=0))]),
        PCA(n_components=3),
    ),
    "weighted": columns_then(
        LogisticRegression(), numbers=PCA(n_components=1), transformer_weights={"numbers": 0.25}
    ),
    "refused-categories": behind_both(PCA(n_components=3), texts=OneHotEncoder(sparse_output=False)),
}


@pytest.mark.parametrize("name", PROJECTED)
@pytest.mark.parametrize("of", [data.recipe, data.three_class_recipe])
def test_what_serves_says_what_a_projection_and_its_classifier_say(name: str, of: Any) -> None:
    recipe = of(estimator=PROJECTED[name], **QUICK)
    rows = data.table(recipe, rows=400, seed=1)

    assert_parity(recipe, rows=rows if name == "refused-categories" else with_unknown(rows))


def of_columns(count: int, *steps: Any) -> Recipe:
    columns = [Numeric(f"x{place}") for place in range(count)]
    return data.recipe(columns=columns, estimator=lambda _: make_pipeline(*steps, LogisticRegression()), **QUICK)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 6),
    constant=st.booleans(),
    twice=st.booleans(),
    whiten=st.booleans(),
)
def test_any_columns_keep_parity(seed: int, count: int, constant: bool, twice: bool, whiten: bool) -> None:
    kept = count - constant - twice
    recipe = of_columns(count, StandardScaler(), PCA(n_components=max(1, min(kept, 2)), whiten=whiten and kept > 0))
    made = data.table(recipe, rows=120, seed=seed)
    if constant:
        made.numeric[:, 0] = 7.0
    if twice:
        made.numeric[:, -1] = made.numeric[:, 0]

    assert_parity(recipe, rows=made, train=made)


def depending(share: float) -> Any:
    """Two columns of which the second is the first, but for so small a share."""
    recipe = of_columns(2, PCA(whiten=True))
    made = data.table(recipe, rows=200)
    made.numeric[:, 1] = made.numeric[:, 0] * (1 + share * np.sign(np.arange(200) % 2 - 0.5))
    return recipe, made


def test_component_of_nothing_that_is_whitened_is_refused_with_the_way_out() -> None:
    recipe, made = depending(SMALLEST_SPREAD / 10)

    with pytest.raises(EstimatorUnsupported, match=r"divides 1 of its 2 components .* to 1 at most"):
        assert_parity(recipe, rows=made, train=made)


def test_columns_that_do_not_vary_are_not_whitened() -> None:
    recipe = of_columns(2, PCA(whiten=True))
    made = data.table(recipe, rows=100)
    made.numeric[:] = 3.0

    with pytest.raises(EstimatorUnsupported, match=r"divides 2 of its 2 components .* leave whiten=True out"):
        assert_parity(recipe, rows=made, train=made)


def test_small_component_that_is_whitened_keeps_parity() -> None:
    recipe, made = depending(SMALLEST_SPREAD * 10)

    assert_parity(recipe, rows=made, train=made)


def test_projection_of_one_number_is_that_number() -> None:
    recipe = of_columns(1, PCA(n_components=1))
    made = data.table(recipe, rows=200)

    fitted = assert_parity(recipe, rows=made, train=made)

    (component,) = fitted.estimator[0].components_
    assert abs(component) == pytest.approx([1.0])


def test_a_projection_of_rows_that_were_moved_is_exact_too() -> None:
    recipe = of_columns(3, StandardScaler(), PCA(n_components=2))
    made = data.table(recipe, rows=200)
    moved = replace(made, numeric=made.numeric * 1e-3 + 1.7e6)

    assert_parity(recipe, rows=moved, train=moved)
    assert fit(recipe, train=moved).facts["folded"] is None
