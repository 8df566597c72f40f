"""Stands in for XGBClassifier, which is no part of the project's environment: it has learned what a file holds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from lambdas.model.arrays import Floats, Integers
from lambdas.model.formats.trees import xgboost_json
from tests.given import imports


class XGBClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Takes classes as numbers and answers with them, as XGBoost's own."""

    __module__ = "xgboost.sklearn"

    def __init__(self, file: str, **parameters: Any) -> None:
        self.file, self.missing = file, np.nan
        self.__dict__ |= parameters
        self.trained_on: set[int] = set()

    def fit(self, X: Floats, y: Integers) -> Self:
        self.trained_on = {*np.unique(y).tolist()}
        assert self.trained_on == {*range(len(self.trained_on))}
        return self

    def predict(self, X: Floats, *, output_margin: bool = False) -> Any:
        names = [str(place) for place in range(len(self.trained_on))]
        model = xgboost_json.read(imports.content(self.file), classes=names)
        scores = model.scores(X)
        if output_margin:
            return scores[:, 0] if scores.shape[1] == 1 else scores
        return model.predict(X).astype(np.int64)

    def get_booster(self) -> Any:
        return SimpleNamespace(save_raw=lambda raw_format: bytearray(imports.content(self.file)))

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"file": self.file}
