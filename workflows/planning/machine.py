"""Compares the deployed definition of the state machine with the planned one, line by line."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING

from chalicelib.names import TASKS, Names, state_name
from workflows.deploying.asking import find

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient


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


def completed(definition: str, names: Names) -> str:
    """The definition with the ARNs that CloudFormation will put in place of its placeholders."""
    _, partition, *_ = names.state_machine_arn.split(":")
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
