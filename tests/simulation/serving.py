"""What the packages of the simulation do when Lambda runs them: answer as a serving function does, or be flawed.

A data object holds a quality, and may hold one word more: a flaw of the version that is trained on it, `wide` for one
that takes a column more, or the format that the recipe had changed to. A flaw shows in the published version alone;
Evaluate sees nothing of it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import Any

from chalicelib.documents import documents
from chalicelib.registry import registry
from tests.simulation import scorers

FORMAT = "scorecard"
TREES = "trees"
ONNX = "onnx"
FORMATS: Mapping[str, str] = {TREES: "trees", ONNX: "onnx"}
LAYERS: Mapping[str, Sequence[str]] = {ONNX: ("onnxruntime",)}
"""By words: FORMAT and no layers are of all others."""
SOUND, WIDE = "sound", "wide"
WRONG = "wrong"
"""Answers, but not what was judged."""
RAISES = "raises"
FLAKY = "flaky"
"""Raises now and then."""
ILL = "ill"
"""Raises where nobody tried it: on what clients ask, not on what the replay asks."""
SLOW = "slow"
WORDS = (SOUND, WIDE, WRONG, RAISES, FLAKY, ILL, SLOW)
"""That nights draw from."""

SHOWS_AT_ONCE = frozenset({WRONG, RAISES})
"""Flaws that no version can have that was ever given traffic: its replay shows them."""
SHOWS_LATER = frozenset({FLAKY, ILL})
"""Flaws that may be found too late, when a client has met them."""
FLAKY_RATIO = 0.3
SLOW_SECONDS = 2.0

INSTANCE = {"x": 1.0}
"""What a client asks for, and the one row of every holdout."""


def artifact(*, quality: int, word: str) -> bytes:
    """The model that training on a data object gives."""
    columns = [{"name": name, "kind": "number"} for name in (("x", "y") if word == WIDE else ("x",))]
    form = FORMATS.get(word, FORMAT)
    return documents.encode({"format": form, "quality": quality, "word": word, "schema": {"columns": columns}})


def answer(model: Mapping[str, Any]) -> dict[str, Any]:
    """What an artifact makes of any instance."""
    share = 0.5 + model["quality"] / 10_000
    return {"label": "normal", "probability": share, "probabilities": {"normal": share, "attack": 1 - share}}


def sample(model: Mapping[str, Any]) -> dict[str, Any]:
    """The replay's rows: as Evaluate writes them."""
    said = answer(model)
    expected = {"label": said["label"], "probabilities": said["probabilities"]}
    return {"instances": [{column["name"]: 1.0 for column in model["schema"]["columns"]}], "expected": [expected]}


class ServingCode:
    """Runs a package as Lambda would; `sleep` makes time pass while a slow one works."""

    def __init__(self, *, random: Random, sleep: Callable[[float], None]) -> None:
        self._random = random
        self._sleep = sleep

    def __call__(self, package: bytes, payload: bytes) -> bytes:
        """Raises what a flawed version raises."""
        model, manifest = opened(package)
        event = json.loads(payload)
        word = model["word"]
        if word == RAISES or (word == ILL and "query" in event):
            raise MemoryError(word)
        if word == FLAKY and self._random.random() < FLAKY_RATIO:
            raise MemoryError(word)
        if word == SLOW:
            self._sleep(SLOW_SECONDS)
        if "why" in event.get("query", ()):
            columns, share = model["schema"]["columns"], answer(model)["probability"]
            return json.dumps(scorers.service(manifest, columns, share=share).answer(event)).encode()
        names = {name: manifest[name] for name in ("model", "model_version", "artifact_sha256", "format")}
        return json.dumps({"status": 200, "body": {**names, **_body(model, event)}}).encode()


def _body(model: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    if event.get("warm"):
        return {"warm": True}
    said = answer(model)
    if model["word"] == WRONG:
        said = {**said, "label": "attack"}
    return {"predictions": [said for _ in event.get("instances", [event])]}


@lru_cache(maxsize=256)
def opened(package: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """A package's artifact and manifest; one that is no package of ours is a package of nothing, which raises."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        manifest = json.loads(archive.read(registry.MANIFEST))
        return json.loads(archive.read(manifest["artifact_file"])), manifest
