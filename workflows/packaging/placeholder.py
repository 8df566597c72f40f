"""Answers for a serving function from its creation until the first promotion.

The stack has to create the function with some code. No alias leads here, so nobody should ever see the answer;
whoever invokes the function by itself learns why there is no model in it. The package holds this handler alone.
"""

from __future__ import annotations

from typing import Any


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001
    """The answer of a function without a model, in the form of every answer of a serving function."""
    message = "No model was put into this function yet: start a retrain, and ask the alias `live`."
    return {"status": 503, "body": {"Code": "NoLiveModel", "Message": message}}
