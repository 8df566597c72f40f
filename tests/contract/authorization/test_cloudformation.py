"""The deployer's policy against what CloudFormation asks for in its caller's name, from creation to deletion."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from tests.contract.authorization.checking import meant, shapes
from tests.contract.authorization.policies import BOUNDARY, NAMES, SETTINGS, Statement
from tests.contract.authorization.resources import PASSED, PROPERTIES, Resource, asked_for, resources, schema
from tests.contract.authorization.shapes import meets
from tests.contract.stacks.evaluating import permits
from workflows.doctor.deployer_policy import deployer_policy
from workflows.doctor.patterns import STANDS_FOR

PLAIN = resources(dataclasses.replace(SETTINGS, permissions_boundary=""))
BOUNDED = resources(SETTINGS)
ONE_OF_EACH = list({each.type: each for each in PLAIN}.values())
WITHOUT = deployer_policy(NAMES, with_budget=True)["Statement"]
WITH = deployer_policy(NAMES, boundary=BOUNDARY, with_budget=True)["Statement"]


def denied(resource: Resource, statements: Sequence[Statement]) -> list[str]:
    """The permissions that CloudFormation would miss, with the ARN that it would ask for."""
    context = {"iam:PassedToService": PASSED.get(resource.type, "")}
    if boundary := resource.properties.get("PermissionsBoundary"):
        context["iam:PermissionsBoundary"] = boundary
    return [
        f"{permission} on {arn}"
        for permission in resource.permissions
        for arn in about(permission, resource)
        if not permits(statements, permission, arn, context=context)
    ]


def about(permission: str, resource: Resource) -> list[str]:
    """The ARNs that the permission is asked on: `*` where the service knows none."""
    if permission not in meant(permission):
        return ["an ARN that no policy here has a permission for"]
    known = shapes(permission)
    found = [arn for arn in resource.arns if any(meets(arn, shape) for shape in known)]
    return found if known else ["*"]


def test_policy_permits_all_that_cloudformation_asks_for() -> None:
    assert PLAIN
    assert [f"{each}: {missed}" for each in PLAIN for missed in denied(each, WITHOUT)] == []


def test_policy_with_a_boundary_permits_it_too() -> None:
    assert BOUNDED
    assert [f"{each}: {missed}" for each in BOUNDED for missed in denied(each, WITH)] == []


def test_policy_with_a_boundary_makes_no_role_without_one() -> None:
    roles = [each for each in PLAIN if each.type == "AWS::IAM::Role"]

    assert roles
    for role in roles:
        arn = f"arn:aws:iam::123456789012:role/nightswap-prod-{role}-1ABC"
        making = {f"{action} on {arn}" for action in ("iam:CreateRole", "iam:PutRolePolicy")}
        assert making <= set(denied(role, WITH)), role


def test_every_permission_of_a_resource_is_asked_on_something() -> None:
    assert [f"{each}: {it}" for each in PLAIN for it in each.permissions if not about(it, each)] == []


@pytest.mark.parametrize(("kind", "name"), PROPERTIES)
def test_property_that_would_need_more_is_one_of_its_type(kind: str, name: str) -> None:
    assert name in schema(kind)["properties"]
    assert set(PROPERTIES[kind, name]) <= asked_for(kind)


def test_path_of_layers_and_of_mail_is_among_what_is_looked_at() -> None:
    assert {"AWS::Lambda::LayerVersion", "AWS::SNS::Subscription"} <= {each.type for each in PLAIN}


OUR_OWN = {"Stacks", "Tokens", "RestApi", "RoleOfTheGateway", "Simulation"}
"""What no resource of a stack needs, but the commands and Chalice do."""


@pytest.mark.parametrize("sid", [each["Sid"] for each in WITHOUT])
def test_statement_that_is_missing_is_missed_by_cloudformation_or_by_our_own_calls(sid: str) -> None:
    rest = [each for each in WITHOUT if each["Sid"] != sid]

    missed = [each for resource in ONE_OF_EACH for each in denied(resource, rest)]

    assert bool(missed) is (sid not in OUR_OWN)


@pytest.mark.parametrize("sid", [each["Sid"] for each in WITHOUT])
def test_action_that_is_missing_is_missed_where_cloudformation_asks_for_it(sid: str) -> None:
    """The rest is asked for by our own calls, which are recorded."""
    (statement,) = [each for each in WITHOUT if each["Sid"] == sid]
    rest = [each for each in WITHOUT if each["Sid"] != sid]
    for action in statement["Action"]:
        less = [*rest, {**statement, "Action": [each for each in statement["Action"] if each != action]}]
        asking = [each for each in ONE_OF_EACH if set(each.permissions) & set(STANDS_FOR.get(action, (action,)))]
        assert all(denied(each, less) for each in asking), action
