"""Whether the default model can be asked."""

from __future__ import annotations

from typing import Any

from chalicelib import models, stamp
from chalicelib.edges import Edges
from chalicelib.errors import NoLiveModel, StackMissing


def check(edges: Edges, *, model: str, stage: str) -> dict[str, Any]:
    """What is live; raises StackMissing or NoLiveModel, each with the command that helps."""
    alias = edges.functions.alias(model)
    if alias is None and model not in edges.functions.models():
        raise StackMissing(
            f"there is no serving function for {model}: create the stacks with nightswap deploy --stage {stage}"
        )
    if alias is None:
        gone = models.way_back_to_life(edges, model=model)
        first = f"{model} has no live version yet: nightswap retrain --model {model} --stage {stage}"
        raise NoLiveModel(f"{gone} --stage {stage}" if gone else first)
    left = stamp.of(alias)
    return {
        "status": "ok",
        "model": model,
        "model_version": left.model_version if left else None,
        "function_version": alias.function_version,
    }
