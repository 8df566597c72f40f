"""The estimators of drafted recipes. The source of one of these functions becomes the recipe's `estimator`."""

from __future__ import annotations

from collections.abc import Callable

from lambdas.model.recipe import Columns

Estimator = Callable[[Columns], object]


def plain(columns: Columns) -> object:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore")  # a text that training did not see counts for nothing
    prepare = make_column_transformer((StandardScaler(), columns.numeric), (encoder, columns.categorical))
    return make_pipeline(prepare, LogisticRegression(max_iter=1000))


def balanced(columns: Columns) -> object:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore")  # a text that training did not see counts for nothing
    prepare = make_column_transformer((StandardScaler(), columns.numeric), (encoder, columns.categorical))
    # Rows of a rare class count for more, so that it is found more often; its probabilities come out too high.
    return make_pipeline(prepare, LogisticRegression(max_iter=1000, class_weight="balanced"))
