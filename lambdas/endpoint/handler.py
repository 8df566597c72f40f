"""The serving function of a version that has an endpoint: hands each event on to it, and the answer back.

In the package it is the module `serve.handler`. The endpoint runs the version's own code on its own artifact, so its
answers, refusals among them, are those that the function itself would give; and its answer to {"warm": true} tells
which artifact it holds, which a replay compares with the one that was judged.

It raises where the endpoint gives no answer: that counts as a fault of the version, reaches canary and alarms, and
its class tells a replay why.
"""

# ruff: noqa: PTH123 - as in lambdas.serve.handler

from __future__ import annotations

import json
import sys
from functools import cache
from importlib import import_module
from typing import Any

from chalicelib.api.starts import since_start_ms
from chalicelib.aws.patience import OutOfTime, Patience
from chalicelib.aws.signed import surroundings
from chalicelib.aws.signed.client import SignedClient
from chalicelib.aws.signed.connection import KeptConnection
from chalicelib.aws.signed.refusals import Refused
from chalicelib.aws.signed.surroundings import Surroundings
from chalicelib.settings.reading import environment

CONTENT = "application/vnd.nightswap.event+json"
"""What it sends, by a name that the server of `workflows.inference` knows."""
CONNECT_SECONDS, LONGEST_SECONDS = 1.0, 60.0
"""SageMaker itself waits for no answer longer.
Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""
SPARE_SECONDS = 0.5
"""Of the function's time, to tell that no answer came."""
DENIED = 403
STARTED_MS = [since_start_ms()]
"""Empty after the first answer."""


class EndpointUnasked(Exception):
    """Base of what goes wrong with an endpoint."""


class EndpointGone(EndpointUnasked):
    """There is no endpoint of that name in service."""


class EndpointDenied(EndpointUnasked):
    """The role of the function may not ask it."""


class EndpointBusy(EndpointUnasked):
    """SageMaker throttles, or no instance is ready."""


class ContainerFailed(EndpointUnasked):
    """Its container answered with an error, or with something else than an answer."""


class EndpointSilent(EndpointUnasked):
    """No answer came in time."""


class PackageBroken(Exception):
    """The package names no endpoint, or Lambda's surroundings are none that requests can be signed in."""


def handler(event: object, context: object) -> dict[str, object]:
    """Lambda calls it."""
    endpoint = opened(__file__.rpartition("/serve/")[0])
    init_ms = STARTED_MS.pop() if STARTED_MS else 0
    if isinstance(event, dict) and "requestContext" in event:
        direct = import_module(f"{__package__}.seldom.direct")
        return dict(direct.answered(endpoint, event, context, init_ms=init_ms))
    return {**told(endpoint, event, context), "init_ms": init_ms}


def told(endpoint: Endpoint, event: object, context: object) -> dict[str, Any]:
    """The answer; the labels of one that a client asked for by the alias are logged."""
    left_ms = getattr(context, "get_remaining_time_in_millis", None)
    answer = endpoint.answer(event, seconds=left_ms() / 1000 - SPARE_SECONDS if left_ms else LONGEST_SECONDS)
    predictions = answer["body"].get("predictions")
    if predictions:
        labels = import_module(f"{__package__}.labels")
        for line in labels.lines(answer, context, named=labels.by_name([*predictions[0]["probabilities"]])):
            sys.stderr.write(line)
    return answer


class Endpoint:
    """One endpoint, asked by signed requests over a connection that is kept."""

    def __init__(self, name: str, here: Surroundings) -> None:
        self._path = f"/endpoints/{name}/invocations"
        self._name = name
        self._here = here
        self._connection = KeptConnection(here.endpoint_host(), ca_bundle=here.ca_bundle)

    def answer(self, event: object, *, seconds: float) -> dict[str, Any]:
        """Status and body, as a serving function gives them. Raises EndpointUnasked."""
        try:
            said = self._client(seconds).call("POST", self._path, body=json.dumps(event).encode(), kind=CONTENT)
        except Refused as refused:
            raise _error(refused)(f"endpoint {self._name}: {refused}") from refused
        except (OSError, OutOfTime) as exc:
            raise EndpointSilent(f"endpoint {self._name} gave no answer: {type(exc).__name__}") from exc
        try:
            answer = json.loads(said.body)
            return {"status": int(answer["status"]), "body": dict(answer["body"])}
        except (ValueError, KeyError, TypeError) as exc:
            raise ContainerFailed(f"endpoint {self._name} gave no answer of a serving function") from exc

    def _client(self, seconds: float) -> SignedClient:
        read = max(0.1, min(seconds, LONGEST_SECONDS) - CONNECT_SECONDS)
        return SignedClient(
            "sagemaker",
            self._here.endpoint_host(),
            surroundings=self._here,
            patience=Patience(connect_seconds=CONNECT_SECONDS, read_seconds=read),
            trace=lambda: surroundings.trace(environment()),
            connection=self._connection,
        )


def _error(refused: Refused) -> type[EndpointUnasked]:
    if refused.code == "ValidationError":  # SageMaker's word for an endpoint that it does not find
        return EndpointGone
    if refused.code == "ModelError":
        return ContainerFailed
    if refused.status == DENIED:
        return EndpointDenied
    return EndpointBusy if refused.is_transient or refused.code == "ModelNotReadyException" else ContainerFailed


@cache
def opened(folder: str) -> Endpoint:
    """The endpoint that the package's manifest names. Raises PackageBroken."""
    try:
        with open(f"{folder}/manifest.json", "rb") as manifest:
            name = str(json.loads(manifest.read())["endpoint"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise PackageBroken(f"the package in {folder} names no endpoint: {type(exc).__name__}") from exc
    here = surroundings.read(environment())
    if here is None:
        raise PackageBroken("requests cannot be signed here: a proxy, a profile or another partition than aws")
    return Endpoint(name, here)
