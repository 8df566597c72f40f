"""Lambda: the serving functions, their versions and their alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chalicelib.values import Value

LAYERS = "NIGHTSWAP_LAYERS"
"""The variable of a function's environment that names its layers."""


class Alias(Value):
    """A Lambda alias. `weights` are the shares, 0..1, of function versions beside the main one."""

    function_version: str
    revision_id: str
    description: str
    weights: Mapping[str, float] = {}


class FunctionVersion(Value):
    """A published version of a Lambda function, with the configuration that it took along."""

    function_version: str
    code_sha256: str
    """Base64 of the package's SHA-256, as Lambda reports it."""
    state: str
    """Pending, Active, Inactive or Failed."""
    configuration: Mapping[str, Any]
    """Role, Runtime, Handler, Layers (ARNs), MemorySize, Timeout: whatever decides how the code behaves. Where it has
    layers, Environment names them, as `serving_layers` reads it."""
    size_bytes: int = 0
    """Of the package, as it counts towards Lambda's storage."""


class Answer(Value):
    """What an invocation returned. `function_error` is set when the function raised."""

    payload: bytes
    executed_version: str
    function_error: str | None = None


class AliasMoved(Exception):
    """The alias is not what the caller last saw: it has another RevisionId, exists already, or is gone."""


class Invoker(Protocol):
    """Asks the serving functions, and raises what ServingFunctions does."""

    def invoke(self, model: str, payload: bytes, *, qualifier: str) -> Answer:
        """Where the function takes longer than the caller waits, FunctionUnavailable has `waited_seconds`."""


class ServingFunctions(Invoker, Protocol):
    """The serving Lambda functions, one for each model.

    Raises FunctionBusy while an update is in progress, FunctionUnavailable when Lambda throttles or does not answer,
    ModelUnknown when the model has no serving function.
    """

    def alias(self, model: str) -> Alias | None: ...

    def create_alias(self, model: str, *, function_version: str, description: str) -> Alias:
        """Raises AliasMoved when there is one."""

    def update_alias(
        self,
        model: str,
        *,
        function_version: str,
        weights: Mapping[str, float],
        description: str,
        revision_id: str,
    ) -> Alias:
        """Raises AliasMoved when the alias has another RevisionId."""

    def configuration(self, model: str) -> Mapping[str, Any]:
        """The configuration that the next published version will take along, as in FunctionVersion."""

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        """New code and a new version of it, in one call."""

    def version(self, model: str, function_version: str) -> FunctionVersion | None: ...

    def versions(self, model: str) -> Sequence[FunctionVersion]:
        """All published versions, oldest first."""

    def delete_version(self, model: str, function_version: str) -> bool:
        """Delete one published version; False when an alias points to it, which Lambda refuses.

        A version that is gone already counts as deleted.
        """
