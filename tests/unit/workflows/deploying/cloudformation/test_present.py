"""A stack as it was deployed last, or none."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.cloudformation.present import NEVER_CREATED, PROPOSED, Deployed, deployed, described

TEMPLATE: dict[str, Any] = {"Resources": {"A": {}}}


class Stack:
    """CloudFormation, with one stack."""

    def __init__(self, status: str, *, template: object = '{"Resources": {"A": {}}}', **told: Any) -> None:
        self.told = {"StackStatus": status, **told}
        self.template = template

    def describe_stacks(self, **given: str) -> Any:
        if given != {"StackName": "nightswap"}:
            words = f"Stack {given} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": words}}, "DescribeStacks")
        return {"Stacks": [self.told]}

    def get_template(self, **given: str) -> Any:
        assert given == {"StackName": "nightswap", "TemplateStage": "Original"}
        if isinstance(self.template, Exception):
            raise self.template
        return {"TemplateBody": self.template}


def found(stack: Stack, name: str = "nightswap") -> Deployed | None:
    return deployed(cast(Any, stack), name)


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED"])
def test_stack_is_read_with_its_template_and_parameters(status: str) -> None:
    parameters = [{"ParameterKey": "Bucket", "ParameterValue": "b"}]

    for template in ('{"Resources": {"A": {}}}', TEMPLATE):
        assert found(Stack(status, template=template, Parameters=parameters)) == Deployed(
            status=status, template=TEMPLATE, parameters={"Bucket": "b"}
        )
    assert found(Stack(status)) == Deployed(status=status, template=TEMPLATE, parameters={})


@pytest.mark.parametrize("status", [PROPOSED, *sorted(NEVER_CREATED)])
def test_what_a_failed_or_interrupted_creation_left_is_no_stack(status: str) -> None:
    assert found(Stack(status)) is None
    told = described(cast(Any, Stack(status)), "nightswap")
    assert told and told["StackStatus"] == status


def test_stack_that_is_not_there_is_none() -> None:
    assert found(Stack("CREATE_COMPLETE"), "another") is None
    assert described(cast(Any, Stack("CREATE_COMPLETE")), "another") is None


def test_template_that_may_not_be_read_is_told_of() -> None:
    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetTemplate")

    with pytest.raises(DeploymentFailed, match="reading the template of stack nightswap: "):
        found(Stack("CREATE_COMPLETE", template=refusal))
