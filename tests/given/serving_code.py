"""The answers of the packages of `nights`: they behave as the serving function, or misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.documents import documents

SOUND = "sound"
WRONG = "wrong"
"""Answers every row, with the other label."""
RAISES = "raises"
SLOW = "slow"
IMPOSTOR = "impostor"
"""Says that it is another model version."""
SWAPPED = "swapped"
"""Says that it holds another artifact."""
PICKLED = "pickled"
"""Says that its artifact is of another format."""
SHORT = "short"
"""Forgets one row of every call."""
REFUSES = "refuses"
"""Answers that it cannot take the request."""
BABBLES = "babbles"
"""Answers, but nothing that makes sense."""

FORMAT, OTHER = "scorecard", "pickle"
SLOW_SECONDS = 3.0
ROWS = 60


def expected(row: Mapping[str, float]) -> dict[str, Any]:
    """What a sound version makes of a row."""
    share = (row["duration"] % 10) / 20
    label = "attack" if row["duration"] % 2 else "normal"
    return {"label": label, "probabilities": {"normal": 1 - share, "attack": share}}


INSTANCES = [{"duration": float(number)} for number in range(ROWS)]
SAMPLE = {"instances": INSTANCES, "expected": [expected(row) for row in INSTANCES]}
"""A version's `replay.json`."""


def package(*, run: str, model: str, model_version: int, artifact_sha256: str, behaviour: str = SOUND) -> bytes:
    """Stands in for the zip; differs from run to run."""
    return documents.encode(
        {
            "run": run,
            "model": model,
            "model_version": model_version,
            "artifact_sha256": artifact_sha256,
            "behaviour": behaviour,
        }
    )


class ServingCode:
    """A `Handler` of InMemoryFunctions; `sleep` makes time pass while a slow version works."""

    def __init__(self) -> None:
        self.sleep: Callable[[float], None] = lambda seconds: None

    def __call__(self, package: bytes, payload: bytes) -> bytes:
        held = json.loads(package)
        event = json.loads(payload)
        behaviour = held["behaviour"]
        if behaviour == RAISES:
            raise MemoryError("the version is broken")
        if behaviour == BABBLES:
            return b'"hello"'
        if behaviour == SLOW:
            self.sleep(SLOW_SECONDS)
        if behaviour == REFUSES:
            return json.dumps({"status": 400, "body": {"Message": "duration is no feature"}}).encode()
        said = {"model": held["model"], "model_version": held["model_version"], **_body(held, event)}
        if behaviour == IMPOSTOR:
            said["model_version"] += 100
        return json.dumps({"status": 200, "body": said}).encode()


def _body(held: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    behaviour = held["behaviour"]
    if event.get("warm"):
        sha256 = "0" * 64 if behaviour == SWAPPED else held["artifact_sha256"]
        return {"warm": True, "artifact_sha256": sha256, "format": OTHER if behaviour == PICKLED else FORMAT}
    predictions = [_prediction(row, wrong=behaviour == WRONG) for row in event.get("instances", INSTANCES[:1])]
    return {"predictions": predictions[1:] if behaviour == SHORT else predictions}


def _prediction(row: Mapping[str, float], *, wrong: bool) -> dict[str, Any]:
    said = expected(row)
    if wrong:
        said["label"] = "normal" if said["label"] == "attack" else "attack"
    return {**said, "probability": said["probabilities"][said["label"]]}
