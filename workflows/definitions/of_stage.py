"""Puts into a definition what a stage says of its jobs and endpoints: their network, their key, and tags.

A stage that says nothing of them has the committed definition as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.settings.stage import StageSettings
from chalicelib.settings.texts import SUBNET
from workflows.definitions.asl import states

CREATES = "arn:aws:states:::sagemaker:create"
"""How the resource begins of a state that has SageMaker make something."""
TRANSFORM = "TransformJob.sync"
"""How it ends of one that transforms."""


def for_stage(definition: str, *, settings: StageSettings, tags: Mapping[str, str]) -> str:
    """The definition for the stage; `tags` are those of `.chalice/config.json`."""
    machine = json.loads(definition)
    for state in states(machine).values():
        resource = str(state.get("Resource"))
        if resource.startswith(CREATES):
            made = state["Parameters"]
            made["Tags"] += _more(tags, than=made["Tags"])
            _put(made, kind=resource.removeprefix(CREATES), settings=settings)
    return definition if machine == json.loads(definition) else json.dumps(machine, indent=2) + "\n"


def network(text: str) -> dict[str, list[str]]:
    """The setting as SageMaker's VpcConfig has it.

    >>> network("subnet-0123abcd subnet-4567cdef sg-89ab0123")
    {'SecurityGroupIds': ['sg-89ab0123'], 'Subnets': ['subnet-0123abcd', 'subnet-4567cdef']}
    """
    named = text.split(" ")
    subnets = [each for each in named if each.startswith(SUBNET)]
    return {"SecurityGroupIds": [each for each in named if each not in subnets], "Subnets": subnets}


def _more(tags: Mapping[str, str], *, than: list[dict[str, str]]) -> list[dict[str, str]]:
    known = {each["Key"] for each in than}
    return [{"Key": key, "Value": value} for key, value in tags.items() if key not in known]


def _put(made: dict[str, Any], *, kind: str, settings: StageSettings) -> None:
    """Of an endpoint the model has the network, and the configuration has the key; a job that transforms runs in the
    network of its model."""
    if kind == "Model" and settings.endpoint_network:
        made["VpcConfig"] = network(settings.endpoint_network)
    if kind == "EndpointConfig" and settings.endpoint_key:
        made["KmsKeyId"] = settings.endpoint_key
    if kind == TRANSFORM and settings.endpoint_key:
        made["TransformResources"]["VolumeKmsKeyId"] = settings.endpoint_key
        made["TransformOutput"]["KmsKeyId"] = settings.endpoint_key
    for each in _trainings(made):
        if settings.training_network:
            each["VpcConfig"] = network(settings.training_network)
        if settings.training_key:
            each["ResourceConfig"]["VolumeKmsKeyId"] = settings.training_key
            each["OutputDataConfig"]["KmsKeyId"] = settings.training_key


def _trainings(part: Any) -> Iterator[dict[str, Any]]:
    """What has instances: the job itself, or what it starts."""
    if isinstance(part, dict):
        if "ResourceConfig" in part:
            yield part
        for each in part.values():
            yield from _trainings(each)
