"""From a package to an immutable function version: one publishing call, found again when it is repeated."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from chalicelib import documents
from chalicelib.edges import Edges, FunctionVersion
from chalicelib.errors import FunctionBusy, ServingChanged
from chalicelib.pauses import growing

ACTIVE_WITHIN_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 3.0
"""The local AWS is done in a moment; Lambda takes seconds, and every model of a night asks at the same time."""
DECISIVE = ("Role", "Runtime", "Handler", "Layers", "MemorySize", "Timeout", "Architectures")
"""What of a function's configuration decides how its code behaves."""


def code_sha256(package: bytes) -> str:
    """A package's checksum in Lambda's spelling."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def configuration_sha256(configuration: Mapping[str, Any]) -> str:
    """What the serving configuration comes down to, to tell whether it changed between judging and publishing."""
    decisive = {name: configuration.get(name) for name in DECISIVE}
    return hashlib.sha256(documents.encode(decisive)).hexdigest()


def publish(edges: Edges, *, model: str, package: bytes, serving_sha256: str | None) -> FunctionVersion:
    """The published version that holds this package: an earlier one, or a new one; Active, and checked.

    `serving_sha256` is the configuration that was judged; None takes whatever the function has now. Raises
    FunctionBusy when the version does not become Active in time, and ServingChanged when it is not what was judged.
    """
    wanted = code_sha256(package)
    version = _find(edges, model=model, wanted=wanted, serving_sha256=serving_sha256)
    if version is None:
        version = edges.functions.publish(model, package)
    version = _active(edges, model=model, version=version)
    if version.code_sha256 != wanted:
        raise ServingChanged(
            f"function version {version.function_version} of {model} holds code {version.code_sha256}, not {wanted}"
        )
    if serving_sha256 not in (None, configuration_sha256(version.configuration)):
        raise ServingChanged(
            f"the serving function of {model} was reconfigured while its model was judged: start the retrain again"
        )
    return version


def _find(edges: Edges, *, model: str, wanted: str, serving_sha256: str | None) -> FunctionVersion | None:
    for version in reversed(edges.functions.versions(model)):
        judged = serving_sha256 in (None, configuration_sha256(version.configuration))
        if version.code_sha256 == wanted and judged:
            return version
    return None


def _active(edges: Edges, *, model: str, version: FunctionVersion) -> FunctionVersion:
    waited, pauses = 0.0, growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS)
    seen: FunctionVersion | None = version
    while seen is None or seen.state != "Active":
        state = seen.state if seen else "unknown"
        if state == "Failed" or waited >= ACTIVE_WITHIN_SECONDS:
            raise FunctionBusy(
                f"function version {version.function_version} of {model} is {state} after {waited:.0f} s"
            )
        pause = min(next(pauses), ACTIVE_WITHIN_SECONDS - waited)
        edges.sleep(pause)
        waited += pause
        seen = edges.functions.version(model, version.function_version)
    return seen
