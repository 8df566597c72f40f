"""A scorecard of every kind of column, as the artifact holds it."""

from __future__ import annotations

from typing import Any

DOCUMENT: dict[str, Any] = {
    "format": "scorecard",
    "format_version": 1,
    "classes": ["attack", "normal"],
    "positive": "attack",
    "schema": {
        "columns": [
            {"kind": "number", "name": "size", "minimum": 0, "maximum": 1e6},
            {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0", "SF"], "unknown": "ignored"},
            {"kind": "number", "name": "age", "minimum": None, "maximum": None},
            {"kind": "category", "name": "zone", "allowed": ["n", "s"], "levels": ["n"], "unknown": "ignored"},
            {"kind": "category", "name": "kind", "allowed": None, "levels": ["a", "b"], "unknown": "refused"},
        ]
    },
    "link": "sigmoid",
    "scores": [
        {
            "intercept": 0.5,
            "numbers": [
                {"column": "size", "centre": 10.0, "weight": 0.1},
                {"column": "age", "centre": 0.0, "weight": 2.0},
            ],
            "categories": [{"column": "flag", "weights": {"S0": 1.0, "SF": -1.0}, "unknown": 0.25}],
        }
    ],
}
