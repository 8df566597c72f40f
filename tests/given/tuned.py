"""A search that was made, as it is stored."""

from __future__ import annotations

from typing import Any


def trial(mean: float | None, **more: Any) -> dict[str, Any]:
    spread = None if mean is None else 0.02
    return {"parameters": {"tree__max_depth": 3}, "mean": mean, "standard_deviation": spread, "seconds": 0.1, **more}


def tuning(*trials: dict[str, Any], best: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "strategy": "random",
        "objective": "roc_auc",
        "early_stopping": False,
        "folds": 3,
        "rows": 900,
        "parallel": 1,
        "seconds": 1.5,
        "best": best,
        "trials": list(trials),
        **more,
    }
