"""Puts into a definition what a stage says of its training jobs: their network, their key, and tags of its own.

A stage that says nothing of them has the committed definition as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.accepted.texts import SUBNET
from chalicelib.settings import StageSettings
from workflows.definitions.asl import states

JOBS = "arn:aws:states:::sagemaker:create"
"""How the resource begins of a state that has SageMaker work."""


def for_stage(definition: str, *, settings: StageSettings, tags: Mapping[str, str]) -> str:
    """The definition for the stage; `tags` are those of `.chalice/config.json`."""
    machine = json.loads(definition)
    jobs = [state["Parameters"] for state in states(machine).values() if str(state.get("Resource")).startswith(JOBS)]
    if not any([_put(job, settings=settings, tags=tags) for job in jobs]):
        return definition
    return json.dumps(machine, indent=2) + "\n"


def network(text: str) -> dict[str, list[str]]:
    """The setting as SageMaker's VpcConfig has it.

    >>> network("subnet-0123abcd subnet-4567cdef sg-89ab0123")
    {'SecurityGroupIds': ['sg-89ab0123'], 'Subnets': ['subnet-0123abcd', 'subnet-4567cdef']}
    """
    named = text.split(" ")
    subnets = [each for each in named if each.startswith(SUBNET)]
    return {"SecurityGroupIds": [each for each in named if each not in subnets], "Subnets": subnets}


def _put(job: dict[str, Any], *, settings: StageSettings, tags: Mapping[str, str]) -> bool:
    """Whether the stage says anything of the job."""
    known = {each["Key"] for each in job["Tags"]}
    more = {key: value for key, value in tags.items() if key not in known}
    job["Tags"] += [{"Key": key, "Value": value} for key, value in more.items()]
    for each in _trainings(job):
        if settings.training_network:
            each["VpcConfig"] = network(settings.training_network)
        if settings.training_key:
            each["ResourceConfig"]["VolumeKmsKeyId"] = settings.training_key
            each["OutputDataConfig"]["KmsKeyId"] = settings.training_key
    return bool(more or settings.training_network or settings.training_key)


def _trainings(part: Any) -> Iterator[dict[str, Any]]:
    """What has instances: the job itself, or what it starts."""
    if isinstance(part, dict):
        if "ResourceConfig" in part:
            yield part
        for each in part.values():
            yield from _trainings(each)
