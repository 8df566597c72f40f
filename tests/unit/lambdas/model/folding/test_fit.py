from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.utils.class_weight import compute_class_weight

from lambdas.engine import each
from lambdas.model.data.part import Part
from lambdas.model.folding import minimum
from lambdas.model.folding.fit import _class_weights, fit, prepared
from lambdas.model.folding.objective import Objective
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from tests.unit.lambdas.model.folding.folds import coded, cut, drawn, folded

NUMBERS, TEXTS = [0, 1, 2], [3, 4]
NAMES = ("others", "this")
EXACT: dict[str, Any] = {"solver": "newton-cholesky", "tol": 1e-10, "max_iter": 1000}


def columns(numbers: Any, texts: Any) -> Any:
    return make_column_transformer((numbers, NUMBERS), (texts, TEXTS))


SHAPES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "standard-and-one-hot": lambda c: make_pipeline(
        columns(StandardScaler(), OneHotEncoder()), LogisticRegression(**c)
    ),
    "without-a-scaler": lambda c: make_pipeline(columns("passthrough", OneHotEncoder()), LogisticRegression(**c)),
    "without-mean": lambda c: make_pipeline(
        columns(StandardScaler(with_mean=False), OneHotEncoder(drop="first")), LogisticRegression(**c)
    ),
    "without-deviation": lambda c: make_pipeline(
        columns(StandardScaler(with_std=False), OneHotEncoder(drop="if_binary")), LogisticRegression(**c)
    ),
    "between-bounds": lambda c: make_pipeline(
        columns(MinMaxScaler(feature_range=(-1, 2)), OneHotEncoder(sparse_output=False)), LogisticRegression(**c)
    ),
    "by-the-largest": lambda c: make_pipeline(columns(MaxAbsScaler(), OneHotEncoder()), LogisticRegression(**c)),
    "scaled-after-encoding": lambda c: make_pipeline(
        columns(MaxAbsScaler(), OneHotEncoder(sparse_output=False)), StandardScaler(), LogisticRegression(**c)
    ),
    "codes-as-numbers": lambda c: make_pipeline(StandardScaler(), FunctionTransformer(), LogisticRegression(**c)),
    "dropped-and-weighted": lambda c: make_pipeline(
        ColumnTransformer(
            [("one", StandardScaler(), [0]), ("two", OneHotEncoder(), [4]), ("no", "drop", [1])],
            remainder="passthrough",
            transformer_weights={"one": 2.0},
        ),
        make_pipeline(MinMaxScaler(), LogisticRegression(**c)),
    ),
    "nothing-chosen": lambda c: make_pipeline(
        ColumnTransformer([("none", StandardScaler(), []), ("all", StandardScaler(), [0, 1, 2, 3])]),
        LogisticRegression(**c),
    ),
    "united": lambda c: make_pipeline(
        columns("passthrough", OneHotEncoder(sparse_output=False)),
        FeatureUnion([("a", StandardScaler()), ("b", MinMaxScaler()), ("no", "drop"), ("as it is", "passthrough")]),
        LogisticRegression(**{"C": 0.01, **c}),
    ),
    "classifier-alone": lambda c: LogisticRegression(**c),
    "one-vs-rest": lambda c: make_pipeline(
        columns(StandardScaler(), OneHotEncoder()), OneVsRestClassifier(LogisticRegression(**c))
    ),
    "one-vs-rest-alone": lambda c: OneVsRestClassifier(LogisticRegression(**c)),
}
CHOICES: dict[str, dict[str, Any]] = {
    "usual": {},
    "weak-penalty": {"C": 100.0},
    "strong-penalty": {"C": 0.001},
    "without-intercept": {"fit_intercept": False},
    "balanced": {"class_weight": "balanced"},
    "weighted": {"class_weight": {"class 0": 3.0, "class 1": 0.5}},
}


def an_objective(part: Part) -> Objective:
    rows = cut(part, chunks=2)
    (ready,) = prepared(SHAPES["standard-and-one-hot"]({}), rows=rows, summary=rows.total(Summary.of))
    return ready.objective


def attributes(estimator: Any) -> dict[str, Any]:
    """All that a fit has set, of the estimator and of those inside of it."""
    found = {
        name: value for name, value in vars(estimator).items() if name.endswith("_") and not name.startswith("_")
    }
    parts = [step for _, step in getattr(estimator, "steps", [])]
    parts += [step for _, step, _ in found.pop("transformers_", [])]
    parts += found.pop("estimators_", [])
    parts += [step for _, step in getattr(estimator, "transformer_list", [])]
    inner = {
        f"{place} {name}": value
        for place, part in enumerate(parts)
        if not isinstance(part, str)
        for name, value in attributes(part).items()
    }
    return {**found, **inner}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_shape_is_fitted_as_scikit_learn_fits_it(shape: Callable[[dict[str, Any]], Any], classes: int) -> None:
    part = drawn(rows=1500, levels=(5, 2), classes=classes)
    X, y = coded(part)
    expected, estimator = shape(EXACT).fit(X, y), shape({})

    folded(estimator, part, chunks=3)

    assert estimator.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-6)
    assert (estimator.predict(X) == expected.predict(X)).all()
    assert_same_attributes(estimator, expected)


def assert_same_attributes(estimator: Any, expected: Any) -> None:
    found, wanted = attributes(estimator), attributes(expected)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            assert found[name] == pytest.approx(value, rel=1e-5, abs=1e-5), name
            assert (found[name].shape, found[name].dtype) == (value.shape, value.dtype), name
        elif isinstance(value, np.ndarray) and not name.endswith("n_iter_"):
            assert found[name].tolist() == value.tolist(), name
        elif isinstance(value, int | np.integer):
            assert found[name] == value, name


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
def test_every_choice_of_the_classifier_is_kept(choice: dict[str, Any], classes: int) -> None:
    part = drawn(rows=1500, levels=(5, 2), classes=classes)
    X, y = coded(part)
    shape = SHAPES["standard-and-one-hot"]
    expected, estimator = shape({**EXACT, **choice}).fit(X, y), shape(choice)

    found = folded(estimator, part)

    assert found.has_converged
    assert estimator.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-6)


@pytest.mark.parametrize(
    ("names", "weights"),
    [
        (("0", "1"), {0: 1.0, 1: 5.0}),
        (("0", "1"), {1: 5.0}),
        (("0", "1"), {"0": 1.0, "1": 5.0}),
        (("0", "1"), {1: 5.0, "word": 2.0}),
        (("01", "1.5"), {1: 2.0, "1.5": 3.0}),
        (("no", "yes"), {"yes": 5.0}),
        (("no", "yes"), {"yess": 5.0}),
        (("no", "yes"), {0: 1.0, 1: 5.0}),
    ],
)
def test_weights_of_classes_are_looked_up_as_scikit_learn_does(
    names: tuple[str, ...], weights: dict[Any, float]
) -> None:
    y = np.array(names)

    def attempted(weigh: Callable[[], Any]) -> Any:
        try:
            return weigh().tolist()
        except ValueError as exc:
            return f"{exc}"

    expected = attempted(lambda: compute_class_weight(weights, classes=y, y=y))

    assert attempted(lambda: _class_weights(weights, names=names, rows=np.array([1, 1]))) == expected


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize(
    "choice",
    [
        {"C": 100.0},
        {"fit_intercept": False},
        {"class_weight": "balanced"},
        {"class_weight": {0: 3.0, 1: 0.5}},
        {"class_weight": {1: 4.0}},
        {"C": np.inf},
    ],
    ids=["weak-penalty", "without-intercept", "balanced", "weighted", "one-weighted", "without-penalty"],
)
def test_each_class_against_the_rest_is_fitted_as_scikit_learn_fits_it(choice: dict[str, Any], classes: int) -> None:
    part = drawn(rows=1500, levels=(5, 2), classes=classes)
    X, y = coded(part)

    def shape(choice: dict[str, Any]) -> Any:
        encoder = OneHotEncoder(drop="first")
        return make_pipeline(
            columns(StandardScaler(), encoder), OneVsRestClassifier(LogisticRegression(**choice), n_jobs=1)
        )

    expected, estimator = shape({**EXACT, **choice}).fit(X, y), shape(choice)

    found = folded(estimator, part, chunks=3)

    assert found.has_converged
    assert estimator.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-6)
    assert (estimator.predict(X) == expected.predict(X)).all()
    assert_same_attributes(estimator, expected)


def test_search_for_each_class_is_counted() -> None:
    part = drawn(rows=1500, classes=3)
    estimator = OneVsRestClassifier(LogisticRegression())
    each = [
        folded(LogisticRegression(), replace(part, labels=(part.labels == place).astype(np.uint8), classes=NAMES))
        for place in (2, 1, 0)  # the part has its classes in no order
    ]

    found = folded(estimator, part)

    assert (found.passes, found.iterations) == (sum(one.passes for one in each), max(one.iterations for one in each))
    assert found.decrement == max(one.decrement for one in each)
    assert found.weights.tolist() == np.concatenate([one.weights for one in each]).tolist()
    assert [inner.n_iter_.tolist() for inner in estimator.estimators_] == [[one.iterations] for one in each]


def test_one_search_that_is_cut_short_is_told_of_all() -> None:
    part = drawn(rows=500, classes=2)
    whole, cut_short = (folded(LogisticRegression(max_iter=most), part) for most in (100, 1))

    for searches in ([whole, cut_short], [cut_short, whole]):
        found = minimum.merged(searches)

        assert not found.has_converged
        assert (found.iterations, found.decrement) == (whole.iterations, cut_short.decrement)
    assert minimum.merged([whole, whole]).has_converged


@pytest.mark.parametrize("classes", [2, 3])
def test_without_a_penalty_the_loss_alone_is_least(classes: int) -> None:
    part = drawn(rows=1500, classes=classes)
    X, y = coded(part)
    expected = make_pipeline(StandardScaler(), LogisticRegression(**EXACT, C=np.inf)).fit(X, y)
    estimator = make_pipeline(StandardScaler(), LogisticRegression(C=np.inf))

    folded(estimator, part)

    assert estimator.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-6)


def test_columns_that_say_the_same_are_no_obstacle_without_a_penalty() -> None:
    part = drawn(rows=1500, levels=(5, 2))
    X, y = coded(part)
    expected = make_pipeline(
        columns(StandardScaler(), OneHotEncoder(drop="first")), LogisticRegression(**EXACT, C=np.inf)
    ).fit(X, y)
    estimator = make_pipeline(columns(StandardScaler(), OneHotEncoder()), LogisticRegression(C=np.inf))

    assert folded(estimator, part).has_converged
    assert estimator.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", ["standard-and-one-hot", "one-vs-rest"])
def test_how_the_rows_are_cut_changes_no_weight_by_more_than_a_trillionth(name: str, classes: int) -> None:
    part = drawn(rows=3000, levels=(5, 2), classes=classes)
    shape = SHAPES[name]
    whole = folded(shape({}), part)

    for chunks in (2, 7, 30):
        assert np.abs(folded(shape({}), part, chunks=chunks).weights - whole.weights).max() <= 1e-12


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("choice", [{}, {"C": 100.0}], ids=["usual", "weak-penalty"])
def test_nor_does_it_where_numbers_lie_far_from_zero_and_a_few_far_from_all_others(
    choice: dict[str, Any], classes: int
) -> None:
    part = drawn(rows=20_000, levels=(30, 11), classes=classes)
    far = part.numeric / part.numeric.std(axis=0) + [0.0, 300.0, 5000.0]
    far[::9000, 0] = 700.0
    part = replace(part, numeric=far)
    shape = SHAPES["standard-and-one-hot"]
    whole = folded(shape(choice), part)

    assert whole.has_converged
    assert np.abs(folded(shape(choice), part, chunks=7).weights - whole.weights).max() <= 1e-12


def without_a_hessian(rows: Rows, choice: dict[str, Any]) -> Any:
    """The weights that the search finds which is taken for many of them."""
    (ready,) = prepared(SHAPES["standard-and-one-hot"](choice), rows=rows, summary=rows.total(Summary.of))
    found = minimum.trusting(ready.objective, start=ready.start, curvature=ready.curvature, iterations_max=100)
    assert found.has_converged
    return found.weights


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("choice", "levels"),
    [({}, (300, 7)), ({"C": 100.0}, (5, 2)), ({"C": 100.0}, (70, 7))],
    ids=["usual", "weak-penalty", "weak-penalty-on-many"],
)
def test_how_the_rows_are_cut_changes_as_little_without_a_hessian(
    choice: dict[str, Any], levels: tuple[int, ...], classes: int
) -> None:
    part = drawn(rows=3900, levels=levels, classes=classes)
    whole, pieces = (without_a_hessian(cut(part, chunks=chunks), choice) for chunks in (1, 7))

    assert np.abs(pieces - whole).max() <= 1e-12


def test_two_fits_are_equal_to_the_last_digit() -> None:
    part = drawn(rows=3000, levels=(5, 2))
    shape = SHAPES["standard-and-one-hot"]

    once, again = (folded(shape({}), part, chunks=7).weights.tobytes() for _ in range(2))

    assert once == again


def test_forty_one_columns_are_as_exact_as_three() -> None:
    part = drawn(rows=3000, numbers=34, levels=(3, 70, 11, 2, 2, 2, 2))
    X, y = coded(part)

    def wide(**choice: Any) -> Any:
        prepared = make_column_transformer(
            (StandardScaler(), list(range(34))), (OneHotEncoder(), list(range(34, 41)))
        )
        return make_pipeline(prepared, LogisticRegression(**choice))

    estimator = wide()
    folded(estimator, part, chunks=4)

    assert estimator.predict_proba(X) == pytest.approx(wide(**EXACT).fit(X, y).predict_proba(X), abs=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
def test_many_categories_are_fitted_without_a_hessian(classes: int) -> None:
    levels = minimum.WIDTH_MAX
    part = drawn(rows=3 * levels, levels=(levels, 2), classes=classes)
    X, y = coded(part)
    shape = SHAPES["standard-and-one-hot"]
    estimator = shape({})
    expected = shape({"solver": "newton-cg", "tol": 1e-10, "max_iter": 1000}).fit(X, y)

    found = folded(estimator, part, chunks=2)

    assert (found.method, found.has_converged) == ("trust-ncg", True)
    assert estimator.predict_proba(X) == pytest.approx(expected.predict_proba(X), abs=1e-6)


def test_products_with_the_hessian_are_those_of_the_hessian() -> None:
    part = drawn(rows=500, levels=(5, 2), classes=3)
    objective = an_objective(part)
    rng = np.random.default_rng(1)
    weights, direction = rng.normal(size=objective.shape), rng.normal(size=objective.shape)

    _, _, hessian = objective.curve(weights)

    expected = (hessian @ direction.ravel()).reshape(objective.shape)
    assert objective.product(weights, direction=direction) == pytest.approx(expected, rel=1e-9)


def test_gradient_and_hessian_are_what_small_steps_show() -> None:
    objective = an_objective(drawn(rows=500, levels=(5, 2), classes=3))
    weights = np.random.default_rng(1).normal(size=objective.shape)
    value, gradient, hessian = objective.curve(weights)

    for place in range(weights.size):
        step = np.zeros(weights.size)
        step[place] = 1e-5
        ahead, behind = (objective.slope(weights + sign * step.reshape(weights.shape)) for sign in (1, -1))
        assert (ahead[0] - behind[0]) / 2e-5 == pytest.approx(gradient.ravel()[place], rel=1e-6, abs=1e-5)
        assert ((ahead[1] - behind[1]) / 2e-5).ravel() == pytest.approx(hessian[place], rel=1e-6, abs=1e-5)
    assert value == objective.slope(weights)[0]


def test_search_that_is_cut_short_says_so() -> None:
    found = folded(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1)), drawn(rows=500))

    assert (found.iterations, found.has_converged) == (1, False)


def separable(*, classes: int) -> Part:
    part = drawn(rows=1500, levels=(5, 2), classes=classes)
    return replace(part, numeric=np.column_stack([part.labels.astype(np.float64), part.numeric[:, 1:]]))


@pytest.mark.parametrize("classes", [2, 3, 5, 8])
@pytest.mark.parametrize(
    "choice",
    [{"C": 1e8}, {"C": 1e10}, {"C": np.inf}, {"C": np.inf, "fit_intercept": False}],
    ids=["weak", "weaker", "none", "none-without-intercept"],
)
def test_classes_that_are_separable_are_told_apart_in_a_few_passes(choice: dict[str, Any], classes: int) -> None:
    part = separable(classes=classes)
    X, y = coded(part)
    estimator = SHAPES["standard-and-one-hot"](choice)

    found = folded(estimator, part, chunks=3)

    assert found.passes <= 100
    assert (estimator.predict(X) == y).all()
    assert log_loss(y, estimator.predict_proba(X)) <= 1e-6


@pytest.mark.parametrize(("number", "words"), [(np.nan, "contains NaN"), (np.inf, "contains infinity")])
def test_numbers_that_are_none_are_refused(number: float, words: str) -> None:
    part = drawn(rows=100)
    part.numeric[3, 1] = number

    with pytest.raises(ValueError, match=words):
        folded(make_pipeline(StandardScaler(), LogisticRegression()), part)


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
@pytest.mark.parametrize("has_hessian", [False, True])
@pytest.mark.parametrize("factor", [1e200, 1e305])
def test_numbers_too_large_to_be_squared_are_refused_in_words(factor: float, has_hessian: bool) -> None:
    part = drawn(rows=100)
    rows = cut(replace(part, numeric=part.numeric * factor), chunks=2)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    (ready,) = prepared(pipeline, rows=rows, summary=rows.total(Summary.of))
    search = minimum.newton if has_hessian else partial(minimum.trusting, curvature=ready.curvature)

    with pytest.raises(ValueError, match="some numbers are too large"):
        search(ready.objective, start=ready.start, iterations_max=10)


def test_parameter_that_scikit_learn_refuses_is_refused_before_any_pass() -> None:
    part = drawn(rows=100)

    with pytest.raises(ValueError, match="'C' parameter"):
        folded(make_pipeline(StandardScaler(), LogisticRegression(C=-1)), part)


def test_part_without_rows_changes_nothing() -> None:
    part = drawn(rows=500, levels=(5, 2))
    shape = SHAPES["standard-and-one-hot"]
    none = Part(part.numeric[:0], part.codes[:0], part.labels[:0], ((), ()), part.classes)
    parts = {"a": none, "b": part, "c": none}
    rows = Rows(tuple(parts), parts.__getitem__, each)

    found = fit(shape({}), rows=rows, summary=rows.total(Summary.of))

    assert found.weights.tolist() == folded(shape({}), part).weights.tolist()
