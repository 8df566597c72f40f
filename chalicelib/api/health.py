"""Checks whether the default model answers: wakes the live version, which says its number.

Anybody may ask this, so it calls no control plane of AWS: Lambda's answers a whole account 15 times a second.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.api import prediction
from chalicelib.api.prediction import Question
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Invoker
from chalicelib.errors import ModelUnknown, NoLiveModel, ServingFailed, StackMissing
from chalicelib.registry import catalog, models


def check(edges: Edges, functions: Invoker, *, model: str, stage: str) -> dict[str, Any]:
    """The version that `functions` asked; raises StackMissing or NoLiveModel, each with the command that helps.

    Raises Busy or ServingFailed where the live version does not answer, as a prediction would.
    """
    try:
        answer = prediction.reply(functions, Question(model, {"warm": True}))
    except ModelUnknown as exc:
        raise _nothing_live(edges, model=model, stage=stage) from exc
    return {
        "status": "ok",
        "model": model,
        "model_version": _model_version(answer.payload, of=f"version {answer.executed_version} of {model}"),
        "function_version": answer.executed_version,
    }


def _nothing_live(edges: Edges, *, model: str, stage: str) -> Exception:
    if model not in catalog.models(edges.store):
        return StackMissing(
            f"there is no serving function for {model}: create the stacks with nightswap deploy --stage {stage}"
        )
    gone = models.way_back_to_life(edges, model=model)
    first = f"{model} has no live version yet: nightswap retrain --model {model} --stage {stage}"
    return NoLiveModel(f"{gone} --stage {stage}" if gone else first)


def _model_version(payload: bytes, *, of: str) -> int:
    try:
        return int(json.loads(payload)["body"]["model_version"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ServingFailed(
            f"function {of} does not say which model version it is: nightswap did not make it"
        ) from exc
