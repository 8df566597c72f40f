"""SageMaker: the endpoints of a model's versions, which the state machine makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib import names
from chalicelib.values import Value

VARIANT = "all"
"""The only one of an endpoint: the versions of a model are other endpoints."""


class Endpoint(Value, kw_only=True):
    """An endpoint that there is. It costs from its creation on, in whatever status."""

    name: str
    model_version: int
    status: str
    created_at: datetime


class Endpoints(Protocol):
    """Raises ExecutionsUnavailable when SageMaker throttles or does not answer."""

    def of(self, model: str) -> Sequence[Endpoint]:
        """Those of the model's versions, in the order of the versions."""

    def delete(self, model: str, model_version: int) -> None:
        """Its alarm and what scales it go first, then the endpoint, its configuration and its model; what is gone
        already is left out. One that SageMaker still makes is refused, with its own error."""


def scaled(name: str) -> str:
    """What Application Auto Scaling calls the instances of an endpoint of that name.

    >>> scaled("nightswap-prod-flows-v7")
    'endpoint/nightswap-prod-flows-v7/variant/all'
    """
    return f"endpoint/{name}/variant/{VARIANT}"


def idle_alarm(name: str) -> str:
    """The alarm that tells that nobody asks an endpoint of that name; a pattern of names gives one of alarms.

    >>> idle_alarm("nightswap-prod-flows-v7")
    'nightswap-prod-flows-v7-idle'
    """
    return f"{name}-idle"


def version_of(name: str, *, stage: str, model: str) -> int | None:
    """Of an endpoint's name; None for one that is no version's of the model.

    >>> version_of("nightswap-prod-flows-v7", stage="prod", model="flows")
    7
    """
    prefix = names.endpoint_prefix(stage, model)
    number = name.removeprefix(prefix)
    return int(number) if name.startswith(prefix) and number.isascii() and number.isdecimal() else None
