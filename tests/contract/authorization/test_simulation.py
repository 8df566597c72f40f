"""The doctor asks what the caller may do: by calls that botocore's model accepts, of a fake that decides as IAM."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from tests.contract.authorization.checking import meant
from tests.contract.authorization.policies import BOUNDARY, NAMES, SETTINGS, Statement
from tests.contract.authorization.resources import resources
from tests.contract.stacks.evaluating import permits
from workflows.doctor.account.permissions import check_permissions, principal
from workflows.doctor.deployer_policy import BUDGET, GRANTS, deployer_policy
from workflows.doctor.finding import Finding, Severity
from workflows.doctor.patterns import STANDS_FOR

USER = "arn:aws:iam::123456789012:user/somebody"
SESSION = "arn:aws:sts::123456789012:assumed-role/deployer/a-session"
ROLE = "arn:aws:iam::123456789012:role/teams/deployer"
SIMULATE = botocore.session.get_session().get_service_model("iam").operation_model("SimulatePrincipalPolicy")


class FakeIam:
    """IAM in which one principal has a policy."""

    def __init__(self, statements: list[Statement], *, has: str = USER, refuses: str = "", code: str = "") -> None:
        self.statements = statements
        self.has = has
        self.refuses = refuses
        self.code = code

    def get_role(self, **given: str) -> dict[str, Any]:
        self._refuse("GetRole")
        assert given == {"RoleName": "deployer"}
        return {"Role": {"Arn": ROLE}}

    def get_paginator(self, operation: str) -> FakeIam:
        assert operation == "simulate_principal_policy"
        return self

    def paginate(self, **given: Any) -> Iterator[dict[str, Any]]:
        assert SIMULATE.input_shape is not None
        assert ParamValidator().validate(given, SIMULATE.input_shape).generate_report() == ""
        assert given["PolicySourceArn"] == self.has
        self._refuse("SimulatePrincipalPolicy")
        context = {each["ContextKeyName"]: each["ContextKeyValues"][0] for each in given["ContextEntries"]}
        for action in given["ActionNames"]:  # a page for each, so that none is overlooked
            (resource,) = given["ResourceArns"]
            allowed = permits(self.statements, action, resource, context=context)
            decision = "allowed" if allowed else "implicitDeny"
            result = {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision}
            yield {"EvaluationResults": [result]}

    def _refuse(self, operation: str) -> None:
        if operation == self.refuses:
            raise ClientError({"Error": {"Code": self.code or "AccessDenied", "Message": "no"}}, operation)


def examined(iam: FakeIam, *, caller: str = USER, boundary: str = "") -> list[Finding]:
    return list(check_permissions(iam, NAMES, caller=caller, policy=deployer_policy(NAMES, boundary=boundary)))


def policy(boundary: str = "") -> list[Any]:
    found: list[Any] = copy.deepcopy(deployer_policy(NAMES, boundary=boundary)["Statement"])
    return found


@pytest.mark.parametrize("boundary", ["", BOUNDARY])
def test_caller_who_has_the_printed_policy_lacks_nothing(boundary: str) -> None:
    (found,) = examined(FakeIam(policy(boundary)), boundary=boundary)

    assert found.severity is Severity.OK


def test_role_of_a_session_is_asked_about_by_the_path_that_iam_knows() -> None:
    (found,) = examined(FakeIam(policy(), has=ROLE), caller=SESSION)

    assert found.severity is Severity.OK
    assert principal(FakeIam([]), SESSION) == ROLE


def test_account_itself_may_do_everything() -> None:
    (found,) = examined(FakeIam([], refuses="SimulatePrincipalPolicy"), caller="arn:aws:iam::123456789012:root")

    assert found.severity is Severity.OK


@pytest.mark.parametrize("sid", [each["Sid"] for each in policy()])
def test_statement_that_the_caller_lacks_is_named_with_its_actions_and_its_arn(sid: str) -> None:
    (lacked,) = [each for each in policy() if each["Sid"] == sid]

    found = examined(FakeIam([each for each in policy() if each["Sid"] != sid]))

    told = "\n".join(each.what for each in found)
    for action in lacked["Action"]:
        assert all(each in told for each in STANDS_FOR.get(action, (action,)))
    assert {each.severity for each in found} == {Severity.WARNING}
    assert all("--print-policy --stage prod" in each.way_out for each in found)


def test_action_that_is_denied_is_named_alone() -> None:
    functions = "arn:aws:lambda:eu-west-1:123456789012:function:*"
    denying = {"Effect": "Deny", "Action": ["lambda:GetFunctionConfiguration"], "Resource": [functions]}

    found = examined(FakeIam([*policy(), denying]))

    arn = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod"
    assert [each.what for each in found] == [
        f"do not permit lambda:GetFunctionConfiguration on {arn}, as IAM simulates it",
        f"do not permit lambda:GetFunctionConfiguration on {arn}-doctor, as IAM simulates it",
    ]


def test_roles_that_may_not_be_passed_to_one_service_are_told_with_it() -> None:
    statements = policy()
    statements[-1]["Condition"]["StringEquals"]["iam:PassedToService"] = ["lambda.amazonaws.com"]

    (found,) = examined(FakeIam(statements))

    assert "iam:PassRole on" in found.what
    assert "with iam:PassedToService states.amazonaws.com" in found.what


@pytest.mark.parametrize(("refuses", "caller"), [("SimulatePrincipalPolicy", USER), ("GetRole", SESSION)])
def test_caller_who_may_not_ask_is_told_so_and_nothing_more(refuses: str, caller: str) -> None:
    (found,) = examined(FakeIam(policy(), refuses=refuses), caller=caller)

    assert found.severity is Severity.NOTE
    assert "iam:SimulatePrincipalPolicy" in found.what


def test_another_refusal_is_not_taken_for_that() -> None:
    with pytest.raises(ClientError, match="ThrottlingException"):
        examined(FakeIam(policy(), refuses="SimulatePrincipalPolicy", code="ThrottlingException"))


def test_what_patterns_stand_for_is_what_aws_knows_and_cloudformation_asks_for() -> None:
    patterns = {action for grant in (*GRANTS, BUDGET) for action in grant.actions if "*" in action}
    asked = {permission for each in resources(SETTINGS) for permission in each.permissions}

    assert set(STANDS_FOR) == patterns
    for pattern, actions in STANDS_FOR.items():
        assert set(actions) <= set(meant(pattern))
        assert asked & set(meant(pattern)) <= {action for each in STANDS_FOR.values() for action in each}


def test_pattern_means_its_actions_alone_but_for_those_whose_services_make_new_properties() -> None:
    wider = {pattern for pattern, actions in STANDS_FOR.items() if set(meant(pattern)) - set(actions)}

    assert wider == {
        *("s3:GetBucket*", "s3:PutBucket*", "s3:Get*Configuration", "lambda:GetFunction*", "lambda:UpdateFunction*"),
        "budgets:*Budget",
    }
