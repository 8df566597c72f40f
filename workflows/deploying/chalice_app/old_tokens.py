"""Moves the tokens of releases up to format 1, which kept them all in one SSM parameter, to an object each.

An existing object stays as it is, so that a token which was removed meanwhile stays removed. The parameter is deleted
when the app that reads it is gone.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.api import access
from chalicelib.api.access import Token
from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import DeploymentFailed
from chalicelib.names import token_parameter
from workflows.deploying.asking import find
from workflows.deploying.progress import Report, Step, refusals

PHASE = "tokens"


def move(ssm: Any, store: ObjectStore, *, stage: str, report: Report) -> None:
    """Make an object of each token in the parameter; raises DeploymentFailed for a parameter that holds none."""
    value = _value(ssm, stage)
    if value is None:
        return
    tokens = _parse(value, parameter=token_parameter(stage))
    with refusals(f"writing tokens to bucket {store.bucket}"):
        moved = [each.name for each in tokens if store.put_if_absent(each.key, each.to_body())]
    if moved:
        report(Step(PHASE, f"{', '.join(moved)}: kept in the bucket from now on", ""))


def forget(ssm: Any, *, stage: str) -> None:
    """Delete the parameter, once nothing reads it."""
    with refusals(f"deleting parameter {token_parameter(stage)}"):
        ssm.delete_parameters(Names=[token_parameter(stage)])


def _value(ssm: Any, stage: str) -> str | None:
    found = find(f"parameter {token_parameter(stage)}", ssm.get_parameter, Name=token_parameter(stage))
    return str(found["Parameter"]["Value"]) if found else None


def _parse(value: str, *, parameter: str) -> list[Token]:
    try:
        return [
            access.parse(json.dumps({**each, "removed_at": None}).encode()) for each in json.loads(value)["tokens"]
        ]
    except (ValueError, KeyError, TypeError) as exc:
        raise DeploymentFailed(
            f"parameter {parameter} holds no tokens ({type(exc).__name__}): correct it, or delete it with"
            f" aws ssm delete-parameter --name {parameter}, and repeat the command; its tokens are lost then"
        ) from exc
