"""Builds the pieces of an IAM policy, and the role that one service assumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Resource = Json | str
POLICY_LANGUAGE = "2012-10-17"


def allow(actions: Sequence[str], *, on: Sequence[Resource], where: Mapping[str, Any] | None = None) -> Json:
    """A statement that permits the actions on the resources, under the condition if there is one."""
    return _statement("Allow", actions, on, where)


def forbid(actions: Sequence[str], *, on: Sequence[Resource]) -> Json:
    """A statement of a role that takes the actions on these resources out of what another one permits."""
    return _statement("Deny", actions, on, None)


def deny(actions: Sequence[str], *, on: Sequence[Resource], where: Mapping[str, Any] | None = None) -> Json:
    """A statement of a bucket's policy that forbids the actions to everyone, whatever else permits them."""
    return {**_statement("Deny", actions, on, where), "Principal": "*"}


def document(statements: Sequence[Json]) -> Json:
    return {"Version": POLICY_LANGUAGE, "Statement": list(statements)}


def trust(service: str) -> Json:
    """The statement by which a role is the service's to assume."""
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]}


def role(service: str, *, statements: Sequence[Json], boundary: str) -> Json:
    """A role that the AWS service assumes, within the permissions boundary if there is one.

    Its name is CloudFormation's to choose: IAM's names are global.
    """
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": document([trust(service)]),
            "Policies": [{"PolicyName": "permissions", "PolicyDocument": document(statements)}],
            **({"PermissionsBoundary": boundary} if boundary else {}),
        },
    }


def _statement(effect: str, actions: Sequence[str], on: Sequence[Resource], where: Mapping[str, Any] | None) -> Json:
    statement: Json = {"Effect": effect, "Action": list(actions), "Resource": list(on)}
    return {**statement, "Condition": dict(where)} if where else statement
