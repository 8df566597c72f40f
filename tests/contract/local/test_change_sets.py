"""A change set has the values before and after if the caller asks for them, and only then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.local.conftest import Clients
from workflows.local.process import LocalAws

TEMPLATE = {
    "Parameters": {"Words": {"Type": "String"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "of ${Words}"}}}},
}


@pytest.mark.parametrize("asked", [True, False])
def test_values_before_and_after_are_told_when_asked_for(local_aws: LocalAws, clients: Clients, asked: bool) -> None:
    cloudformation = clients(local_aws, "cloudformation")
    stack = f"values-{asked}".lower()
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE), Parameters=words("the day"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.05})
    cloudformation.create_change_set(
        StackName=stack, ChangeSetName="a", TemplateBody=json.dumps(TEMPLATE), Parameters=words("the night")
    )

    described = cloudformation.describe_change_set(StackName=stack, ChangeSetName="a", IncludePropertyValues=asked)

    ((change),) = described["Changes"]
    values = {"Path": "/Properties/DisplayName", "BeforeValue": "of the day", "AfterValue": "of the night"}
    for detail in change["ResourceChange"]["Details"]:
        assert {name: detail["Target"].get(name) for name in values} == (values if asked else dict.fromkeys(values))


def words(value: str) -> list[dict[str, Any]]:
    return [{"ParameterKey": "Words", "ParameterValue": value}]
