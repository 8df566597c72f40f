"""Publishes a package as an immutable function version: in one call, whose result a repetition finds again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.documents import documents
from chalicelib.edges import Edges, serving_layers, serving_room
from chalicelib.edges.pauses import growing
from chalicelib.edges.serving_functions import FunctionVersion
from chalicelib.errors import FunctionBusy, ServingChanged

ACTIVE_WITHIN_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 3.0
"""The local AWS is done in a moment; Lambda takes seconds, and every model of a night asks at the same time."""
UNSEEN = ""
"""The state of a version that Lambda answered with, and that nobody has looked at yet."""
DECISIVE = ("Role", "Runtime", "Handler", "Layers", "MemorySize", "Timeout", "Architectures")
"""The parts of a function's configuration that decide how its code behaves."""


def code_sha256(package: bytes) -> str:
    """A package's checksum in Lambda's spelling."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def configuration_sha256(configuration: Mapping[str, Any]) -> str:
    """A checksum of the serving configuration, to find out whether it changed between judging and publishing."""
    decisive = {name: configuration.get(name) for name in DECISIVE}
    return hashlib.sha256(documents.encode(decisive)).hexdigest()


def publish(
    edges: Edges,
    *,
    model: str,
    package: bytes,
    serving_sha256: str | None,
    layers: Sequence[str],
    stored_bytes: int = 0,
    within_seconds: float = ACTIVE_WITHIN_SECONDS,
) -> FunctionVersion:
    """The published version that holds this package: an earlier one, or a new one; Active, and checked.

    `serving_sha256` is the configuration that was judged; None takes whatever the function has now. `layers` are
    those that the package needs, `stored_bytes` the size of an artifact that it reads from the bucket. Raises
    FunctionBusy when the version is not there and Active in time, LayersMissing and ServingTooSmall before anything
    is published, and ServingChanged when the version is not what was judged.
    """
    wanted = code_sha256(package)
    version = _find(edges, model=model, wanted=wanted, serving_sha256=serving_sha256, layers=layers)
    if version is None:
        if layers or stored_bytes:
            configured = edges.functions.configuration(model)
            serving_layers.check(layers, given=serving_layers.of(configured), model=model)
            serving_room.check(stored_bytes, configuration=configured, model=model)
        version = _made(edges, model=model, package=package)
    version = _active(edges, model=model, version=version, within_seconds=within_seconds)
    if version.code_sha256 != wanted:
        raise ServingChanged(
            f"function version {version.function_version} of {model} holds code {version.code_sha256}, not {wanted}"
        )
    if serving_sha256 not in (None, configuration_sha256(version.configuration)):
        raise ServingChanged(
            f"the serving function of {model} was reconfigured while its model was judged: start the retrain again"
        )
    serving_layers.check(layers, given=serving_layers.of(version.configuration), model=model)
    return version


def _find(
    edges: Edges, *, model: str, wanted: str, serving_sha256: str | None, layers: Sequence[str]
) -> FunctionVersion | None:
    for version in reversed(edges.functions.versions(model)):
        judged = serving_sha256 in (None, configuration_sha256(version.configuration))
        has_layers = {*layers} <= {*serving_layers.of(version.configuration)}
        if version.code_sha256 == wanted and judged and has_layers:
            return version
    return None


def _made(edges: Edges, *, model: str, package: bytes) -> FunctionVersion:
    """A version that Lambda made of the package. What it answers is not taken for one that is there.

    Lambda makes no version of what has not changed since the last one, and no document says what it answers when that
    one was deleted. An answer without a number, or with that of a version that is gone, must not go live.
    Source: https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
    """
    answered = edges.functions.publish(model, package)
    if not answered.function_version.isdigit():
        raise ServingChanged(
            f"Lambda made no function version of {model}: it holds this package already, as"
            f" {answered.function_version}, and the version of it was deleted; another package is another version:"
            f" nightswap retrain --model {model} --force"
        )
    return replace(answered, state=UNSEEN)


def _active(edges: Edges, *, model: str, version: FunctionVersion, within_seconds: float) -> FunctionVersion:
    waited, pauses = 0.0, growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS)
    seen: FunctionVersion | None = version
    if version.state == UNSEEN:
        seen = edges.functions.version(model, version.function_version)
    while seen is None or seen.state != "Active":
        state = seen.state if seen else "unknown"
        if state == "Failed" or waited >= within_seconds:
            raise FunctionBusy(
                f"function version {version.function_version} of {model} is {state} after {waited:.0f} s"
            )
        pause = min(next(pauses), within_seconds - waited)
        edges.sleep(pause)
        waited += pause
        seen = edges.functions.version(model, version.function_version)
    return seen
