"""Reads a template as CloudFormation would: what refers to what, and what its texts become."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::NoValue": "nothing",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
}
SUBSTITUTED = re.compile(r"\$\{([^}!]+)\}")
DIGEST = "a" * 64


def references(part: Any) -> Iterator[str]:
    """The names that a part of a template refers to, by Ref, Fn::GetAtt, Fn::Sub or DependsOn."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key in {"Ref", "DependsOn"}:
                yield value
            elif key == "Fn::GetAtt":
                yield value[0]
            elif key == "Fn::Sub":
                yield from SUBSTITUTED.findall(value)
            else:
                yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def resolved(part: Any) -> Any:
    """The part with every intrinsic function replaced by a text of the right form."""
    if isinstance(part, Mapping):
        if "Ref" in part:
            return DIGEST if part["Ref"].endswith("Sha256") else f"ref-of-{part['Ref']}"
        if "Fn::GetAtt" in part:
            name = part["Fn::GetAtt"][0]
            if name.endswith("Log"):
                return f"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/nightswap-prod-{name.lower()}:*"
            return f"arn:aws:any:eu-west-1:123456789012:role/{name}"
        if "Fn::Sub" in part:
            return SUBSTITUTED.sub(lambda match: PSEUDO.get(match[1], DIGEST), part["Fn::Sub"])
        return {key: resolved(value) for key, value in part.items()}
    if isinstance(part, list):
        return [resolved(each) for each in part]
    return part


def of_type(template: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The resolved properties of all resources of one type, by logical ID."""
    return {
        logical_id: resolved(resource["Properties"])
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def statements(template: Mapping[str, Any], role: str) -> list[dict[str, Any]]:
    """All statements of a role's own policies, resolved."""
    policies = resolved(template["Resources"][role]["Properties"]["Policies"])
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
