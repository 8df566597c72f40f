"""What CloudFormation says of a change, with the values before and after it, which the local AWS leaves out."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.stub import Stubber

from workflows.planning.change_sets import Proposal, proposal
from workflows.planning.wanted import WantedStack

STACK = WantedStack(name="nightswap-prod", template={"Resources": {}}, parameters={})
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/plan-1/1"


def told(*details: dict[str, Any]) -> Proposal:
    """The proposal, where CloudFormation lists one changed function with these details."""
    client = boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    change = {
        "Action": "Modify",
        "LogicalResourceId": "Train",
        "ResourceType": "AWS::Lambda::Function",
        "Replacement": "False",
        "Details": list(details),
    }
    with Stubber(client) as stubber:
        stubber.add_response("create_change_set", {"Id": ARN, "StackId": "arn:aws:cloudformation:stack"})
        stubber.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})
        stubber.add_response(
            "describe_change_set",
            {"Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource", "ResourceChange": change}]},
            {"ChangeSetName": ARN, "IncludePropertyValues": True},
        )
        stubber.add_response("delete_change_set", {})
        return proposal(client, STACK, tags={})


def detail(**target: str) -> dict[str, Any]:
    return {"Target": {"Attribute": "Properties", **target}, "Evaluation": "Static"}


def test_values_of_cloudformation_are_shown_by_their_path() -> None:
    found = told(detail(Name="MemorySize", Path="/Properties/MemorySize", BeforeValue="512", AfterValue="1024"))

    assert found.changes[0].details == ('MemorySize: "512" -> "1024"',)


def test_value_that_comes_or_goes_has_no_other_side() -> None:
    came = detail(Name="Tags", Path="/Properties/Tags/0/Value", AfterValue="a")

    assert told(came).changes[0].details == ('Tags.0.Value: none -> "a"',)


def test_detail_without_values_is_left_to_the_templates() -> None:
    assert told(detail(Name="MemorySize")).changes[0].details == ()
