"""Compares the deployed definition of the state machine with the planned one, line by line."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING

from chalicelib import layout
from chalicelib.names import TASKS, Names, state_name
from workflows.definitions.functions import (
    ENDPOINT_IMAGE,
    ENDPOINT_ROLE,
    LINEAR_LEARNER_IMAGE,
    STAGE,
    TRAINING_IMAGE,
    TRAINING_ROLE,
    TRAINING_SOURCE,
    XGBOOST_IMAGE,
)
from workflows.deploying.asking import find
from workflows.stacks.sagemaker import LINEAR_LEARNER, LINEAR_LEARNER_REGISTRIES, REGISTRIES, REPOSITORY, TAG, XGBOOST

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

ROLE = re.compile(r'"RoleArn":\s*"([^"]+)"')
ROLE_OF_ENDPOINTS = re.compile(r'"ExecutionRoleArn":\s*"([^"]+)"')


def definition_diff(deployed: str | None, wanted: str) -> str:
    """A unified diff, empty where the two say the same; `deployed` is None where there is no state machine.

    >>> print(definition_diff('{"StartAt": "A"}', '{"StartAt": "B"}'))
    --- deployed
    +++ planned
    @@ -1,3 +1,3 @@
     {
    -  "StartAt": "A"
    +  "StartAt": "B"
     }
    """
    before = [] if deployed is None else _lines(deployed)
    diff = difflib.unified_diff(before, _lines(wanted), "deployed", "planned", lineterm="")
    return "\n".join(diff)


def completed(
    definition: str,
    names: Names,
    *,
    source_sha256: str = "",
    endpoint_image: str = "",
    deployed: str | None = None,
) -> str:
    """The definition with what CloudFormation will put in place of its placeholders. The name of a role is its own
    choice: it stays the one that is deployed."""
    _, partition, *_ = names.state_machine_arn.split(":")
    domain = "amazonaws.com" + (".cn" if partition == "aws-cn" else "")
    registry, own = (each.get(names.region, "") for each in (REGISTRIES, LINEAR_LEARNER_REGISTRIES))
    role, hosting = (each.search(deployed or "") for each in (ROLE, ROLE_OF_ENDPOINTS))
    others = {
        TRAINING_IMAGE: f"{registry}.dkr.ecr.{names.region}.{domain}/{REPOSITORY}:{TAG}",
        LINEAR_LEARNER_IMAGE: f"{own}.dkr.ecr.{names.region}.{domain}/{':'.join(LINEAR_LEARNER)}",
        XGBOOST_IMAGE: f"{registry}.dkr.ecr.{names.region}.{domain}/{':'.join(XGBOOST)}",
        TRAINING_SOURCE: f"s3://{names.bucket}/{layout.deployed(source_sha256, '.tar.gz')}",
        TRAINING_ROLE: role[1] if role else TRAINING_ROLE,
        STAGE: names.stage,
        ENDPOINT_IMAGE: endpoint_image,
        ENDPOINT_ROLE: hosting[1] if hosting else ENDPOINT_ROLE,
    }
    for placeholder, value in others.items():
        definition = definition.replace(placeholder, value)
    for task in TASKS:
        arn = f"arn:{partition}:lambda:{names.region}:{names.account}:function:{names.task_function(task)}"
        definition = definition.replace(f"${{{state_name(task)}}}", arn)
    return definition


def deployed_definition(client: SFNClient, names: Names) -> str | None:
    """What the stage's state machine runs now; None where there is none."""
    ask = client.describe_state_machine
    found = find(f"state machine {names.state_machine}", ask, stateMachineArn=names.state_machine_arn)
    return None if found is None else str(found["definition"])


def _lines(definition: str) -> list[str]:
    return json.dumps(json.loads(definition), indent=2).splitlines()
