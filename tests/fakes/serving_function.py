"""One Lambda function in memory: its versions, the states of its alias, and how long Lambda takes over each."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chalicelib.edges import Clock
from chalicelib.edges.serving_functions import LAYERS, Alias, FunctionVersion

DESCRIPTION_CHARACTERS = 256
"""Lambda's limit on an alias's description."""

CONFIGURATION: Mapping[str, Any] = {
    "Role": "arn:aws:iam::123456789012:role/serve",
    "Runtime": "python3.13",
    "Handler": "handler.handler",
    "Layers": [],
    "MemorySize": 256,
    "Timeout": 10,
    "Architectures": ["x86_64"],
}


def with_layers(*layers: str) -> dict[str, Any]:
    """What a deployment for a format with these layers adds to the configuration."""
    return {"Environment": {LAYERS: ",".join(layers)}}


def code_sha256(package: bytes) -> str:
    """As Lambda reports it."""
    return b64encode(hashlib.sha256(package).digest()).decode()


@dataclass(frozen=True, kw_only=True)
class Delays:
    """How long Lambda takes, in seconds."""

    update: float = 0
    """From new code or configuration until the function takes the next update."""
    activation: float = 0
    """From publishing a version until it is Active."""
    propagation: float = 0
    """From a move of the alias until every invocation follows it."""


@dataclass(frozen=True)
class Published:
    """A version with the package that it holds."""

    version: FunctionVersion
    package: bytes
    at: datetime


class ServingFunction:
    """`published` is in order of the version numbers, from 1; `aliases` are the states of `live`, oldest first."""

    def __init__(self, *, clock: Clock, delays: Delays) -> None:
        self.clock = clock
        self._delays = delays
        self._busy_until = clock()
        self.configuration = dict(CONFIGURATION)
        self.published: list[Published] = []
        self._made = 0
        self.aliases: list[tuple[datetime, Alias]] = []

    @property
    def busy(self) -> bool:
        """Whether an update is in progress."""
        return self.clock() < self._busy_until

    def begin_update(self) -> None:
        self._busy_until = self.clock() + timedelta(seconds=self._delays.update)

    def holds(self, package: bytes) -> bool:
        """Whether the last version is of this code and of the present configuration."""
        last = self.published[-1].version if self.published else None
        return last is not None and (last.code_sha256, last.configuration) == (
            code_sha256(package),
            self.configuration,
        )

    def add_version(self, package: bytes) -> None:
        self._made += 1
        version = FunctionVersion(
            str(self._made), code_sha256(package), "Pending", dict(self.configuration), len(package)
        )
        self.published.append(Published(version, bytes(package), self.clock()))

    def delete(self, function_version: str) -> bool:
        """Whether there was such a version; its number is never used again."""
        found = self.find(function_version)
        if found:
            self.published.remove(found)
        return found is not None

    def find(self, function_version: str) -> Published | None:
        return next((each for each in self.published if each.version.function_version == function_version), None)

    def seen(self, published: Published) -> FunctionVersion:
        """The version as Lambda shows it now."""
        active = self.clock() >= published.at + timedelta(seconds=self._delays.activation)
        return replace(published.version, state="Active" if active else "Pending")

    def check_alias(self, *, function_version: str, weights: Mapping[str, float], description: str) -> None:
        """What Lambda refuses beside a missing version; raises ValueError."""
        if len(description) > DESCRIPTION_CHARACTERS:
            raise ValueError(f"a description of {len(description)} characters, at most {DESCRIPTION_CHARACTERS}")
        if len(weights) > 1 or function_version in weights:
            raise ValueError(f"weights {dict(weights)}: expected one version at most, other than {function_version}")
        if any(not 0 < share < 1 for share in weights.values()):
            raise ValueError(f"weights {dict(weights)}: expected shares between 0 and 1")
        targets = [found for number in (function_version, *weights) if (found := self.find(number))]
        roles = {target.version.configuration["Role"] for target in targets}
        if len(roles) > 1:
            raise ValueError(f"an alias spans versions of one role, got {sorted(roles)}")

    def target(self, random: Random) -> str:
        """The version that an invocation of the alias reaches: for a while also the one before its last move."""
        settled_by = self.clock() - timedelta(seconds=self._delays.propagation)
        settled = sum(1 for since, _ in self.aliases if since <= settled_by)
        _, alias = random.choice(self.aliases[max(settled - 1, 0) :])
        drawn = random.random()
        for number, share in alias.weights.items():
            if drawn < share:
                return number
        return alias.function_version
