from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, OneHotEncoder, StandardScaler

from chalicelib.errors import ArtifactInvalid, EstimatorUnsupported, TrainingFailed
from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.recipe import Categorical, Columns, Numeric
from lambdas.model.training import trial
from lambdas.model.training.estimator import fit, why_in_one_piece
from tests.given import data
from tests.given.parity import QUICK, Factory, assert_parity, columns_then, with_unknown

DENSE = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def mixed(classifier: Any, *, numbers: Any = None) -> Factory:
    return columns_then(classifier, numbers=numbers or StandardScaler(), texts=DENSE, sparse_threshold=0)


def coded(columns: Columns) -> Any:
    """Numbers in bins, and categories as they are."""
    binned = make_column_transformer(
        (KBinsDiscretizer(4, encode="ordinal"), columns.numeric), ("passthrough", columns.categorical)
    )
    return make_pipeline(binned, CategoricalNB(min_categories=7))


LIKELY: dict[str, Factory] = {
    "gaussian": mixed(GaussianNB()),
    "gaussian-prior": mixed(GaussianNB(var_smoothing=1e-3), numbers="passthrough"),
    "gaussian-alone": lambda columns: make_pipeline(
        make_column_transformer(("passthrough", columns.numeric)), GaussianNB()
    ),
    "bernoulli": mixed(BernoulliNB()),
    "bernoulli-above": mixed(BernoulliNB(binarize=0.75, fit_prior=False), numbers=MinMaxScaler()),
    "bernoulli-as-it-is": mixed(BernoulliNB(binarize=None), numbers=KBinsDiscretizer(2, encode="onehot-dense")),
    "multinomial": mixed(MultinomialNB(alpha=0.5), numbers=MinMaxScaler()),
    "complement": mixed(ComplementNB(), numbers=MinMaxScaler()),
}


@pytest.mark.parametrize("name", LIKELY)
@pytest.mark.parametrize("of", [data.recipe, data.three_class_recipe])
def test_what_serves_says_what_a_naive_bayes_says(name: str, of: Any) -> None:
    recipe = of(estimator=LIKELY[name], **QUICK)

    assert_parity(recipe, rows=with_unknown(data.table(recipe, rows=400, seed=1)))


@pytest.mark.parametrize("of", [data.recipe, data.three_class_recipe])
def test_categories_and_bins_are_looked_up_and_unknown_ones_refused(of: Any) -> None:
    recipe = of(estimator=coded, **QUICK)
    rows = data.table(recipe, rows=400, seed=1)

    fitted = assert_parity(recipe, rows=rows)

    with pytest.raises(TrainingFailed, match="Negative values in data"):
        fitted.answers(with_unknown(rows))
    with pytest.raises(ArtifactInvalid, match="column flag holds"):
        load(export(fitted).content).score(with_unknown(rows).features(recipe))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e3), classes=st.sampled_from([2, 3]))
def test_gaussian_keeps_parity_at_any_scale(seed: int, scale: float, classes: int) -> None:
    of = data.recipe if classes == 2 else data.three_class_recipe
    recipe = of(columns=[Numeric("x"), Numeric("y")], estimator=lambda _: GaussianNB(), **QUICK)
    made = data.table(recipe, rows=100, seed=seed)
    rows = replace(made, numeric=made.numeric * scale)

    assert_parity(recipe, rows=rows, train=rows)


def test_one_column_of_categories_alone_is_enough() -> None:
    recipe = data.recipe(columns=[Categorical("flag")], estimator=lambda _: CategoricalNB(), **QUICK)
    rows = data.table(recipe, rows=200)

    fitted = assert_parity(recipe, rows=rows, train=rows)

    assert np.ptp(fitted.answers(rows).probabilities[:, 0]) > 0.1


def test_row_with_a_category_that_training_lacks_is_told_with_the_way_out() -> None:
    recipe = data.recipe(columns=[Categorical("flag")], estimator=lambda _: CategoricalNB(), **QUICK)
    rows = data.table(recipe, rows=200)
    fitted = fit(recipe, train=rows.take(np.flatnonzero(rows.categorical[:, 0] != "S0")))

    with pytest.raises(TrainingFailed, match=r"a category that no training row has, which CategoricalNB cannot take"):
        fitted.answers(rows)


@pytest.mark.parametrize("classifier", [GaussianNB(), BernoulliNB(), CategoricalNB()])
def test_what_a_projection_mixes_is_refused_without_data(classifier: Any) -> None:
    name = type(classifier).__name__

    def estimator(columns: Columns) -> Any:
        chosen = make_column_transformer((make_pipeline(PCA(n_components=1), MinMaxScaler()), columns.numeric))
        return make_pipeline(chosen, classifier)

    with pytest.raises(EstimatorUnsupported, match=f"{name} takes a function of what a projection"):
        trial.try_out(data.recipe(estimator=estimator))


def test_numbers_that_are_no_categories_are_refused_without_data() -> None:
    with pytest.raises(EstimatorUnsupported, match="CategoricalNB stands over a column that is declared Numeric"):
        trial.try_out(data.numeric_recipe(lambda _: CategoricalNB()))


@pytest.mark.parametrize("name", NAIVE_BAYES)
def test_naive_bayes_is_fitted_in_one_piece(name: str) -> None:
    kinds = {each.__name__: each for each in (BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB)}

    why = why_in_one_piece(data.numeric_recipe(lambda _: kinds[name]()))

    assert why == f"{name} counts every row of each class at once"


def test_all_kinds_are_fitted_and_exported_with_their_classes() -> None:
    recipe = data.three_class_recipe(estimator=LIKELY["gaussian"], **QUICK)

    fitted = fit(recipe, train=data.table(recipe, rows=100))

    assert load(export(fitted).content).classes == ("ant", "bee", "cat")
