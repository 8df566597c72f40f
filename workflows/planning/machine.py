"""The state machine's definition as it is and as it would be, line by line."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.names import Names
from workflows.deploying.asking import find

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)\}")


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


def completed(definition: str, *, template: Mapping[str, Any], names: Names) -> str:
    """The definition with the ARNs that CloudFormation will put in place of its placeholders.

    A placeholder that does not stand for a function of the template stays.
    """
    arns = dict(_function_arns(template, names))
    return PLACEHOLDER.sub(lambda match: arns.get(match[1], match[0]), definition)


def deployed_definition(client: SFNClient, names: Names) -> str | None:
    """What the stage's state machine runs now; None where there is none."""
    ask = client.describe_state_machine
    found = find(f"state machine {names.state_machine}", ask, stateMachineArn=names.state_machine_arn)
    return None if found is None else str(found["definition"])


def _lines(definition: str) -> list[str]:
    return json.dumps(json.loads(definition), indent=2).splitlines()


def _function_arns(template: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    resources = template["Resources"]
    _, partition, *_ = names.state_machine_arn.split(":")
    found = []
    for resource in resources.values():
        for key, value in resource.get("Properties", {}).get("DefinitionSubstitutions", {}).items():
            target = resources.get(value["Fn::GetAtt"][0], {}) if "Fn::GetAtt" in value else {}
            if target.get("Type") == "AWS::Lambda::Function":
                name = target["Properties"]["FunctionName"]
                found.append((key, f"arn:{partition}:lambda:{names.region}:{names.account}:function:{name}"))
    return found
