"""Names an estimator's steps by their classes, and takes apart those that hold others. It imports no scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def class_name(step: Any) -> str:
    """The class's name for scikit-learn's own classes and XGBoost's, its full name for others."""
    kind = type(step)
    return (
        kind.__name__
        if kind.__module__.split(".")[0] in ("sklearn", "xgboost")
        else f"{kind.__module__}.{kind.__qualname__}"
    )


PARTS_OF: Mapping[str, Callable[[Any], list[Any]]] = {
    "Pipeline": lambda step: [inner for _, inner in step.steps],
    "ColumnTransformer": lambda step: [*(inner for _, inner, *_ in step.transformers), step.remainder],
    "FeatureUnion": lambda step: [inner for _, inner in step.transformer_list],
}
