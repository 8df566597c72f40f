from __future__ import annotations

from typing import Any

from botocore.parsers import QueryParser
from botocore.session import get_session

from workflows.local.emulator.change_sets import SPACE, valued


def answer(*details: str) -> bytes:
    """As the emulator writes it: one changed function, and one that is added."""
    members = "".join(
        f"<member><Target><Attribute>Properties</Attribute>{each}</Target><Evaluation>Static</Evaluation></member>"
        for each in details
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><DescribeChangeSetResponse xmlns="{SPACE}"><DescribeChangeSetResult>'
        "<Status>CREATE_COMPLETE</Status><Changes><member><Type>Resource</Type><ResourceChange><Action>Modify</Action>"
        "<LogicalResourceId>Train</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType>"
        f"<Details>{members}</Details></ResourceChange></member><member><Type>Resource</Type><ResourceChange>"
        "<Action>Add</Action><LogicalResourceId>New</LogicalResourceId><ResourceType>T</ResourceType>"
        "<Details></Details></ResourceChange></member></Changes></DescribeChangeSetResult>"
        "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeChangeSetResponse>"
    ).encode()


def targets(before: dict[str, Any], after: dict[str, Any], *details: str) -> list[dict[str, str]]:
    """What boto3 reads of the answer."""
    shape = get_session().get_service_model("cloudformation").operation_model("DescribeChangeSet").output_shape
    assert shape is not None
    old, new = {"Train": {"Properties": before}}, {"Train": {"Properties": after}, "New": {}}
    response = {"body": valued(answer(*details), old, new), "headers": {}, "status_code": 200}
    changed, added = QueryParser().parse(response, shape)["Changes"]
    assert added["ResourceChange"]["Details"] == []
    return [each["Target"] for each in changed["ResourceChange"]["Details"]]


def test_each_value_that_differs_is_a_detail_of_its_own() -> None:
    before = {"Code": {"S3Bucket": "b", "S3Key": "a & <b>"}, "Timeout": 3}
    after = {"Code": {"S3Bucket": "c", "S3Key": "d"}, "Timeout": 3}

    found = targets(before, after, "<Name>Code</Name>")

    code = {"Attribute": "Properties", "Name": "Code"}
    assert found == [
        {**code, "Path": "/Properties/Code/S3Bucket", "BeforeValue": "b", "AfterValue": "c"},
        {**code, "Path": "/Properties/Code/S3Key", "BeforeValue": "a & <b>", "AfterValue": "d"},
    ]


def test_value_that_comes_has_none_before_and_what_is_no_text_is_json() -> None:
    ((found),) = targets({}, {"Timeout": 3}, "<Name>Timeout</Name>")

    assert (found.get("BeforeValue"), found["AfterValue"]) == (None, "3")


def test_value_that_another_resource_gives_stays_a_detail_without_values() -> None:
    same = {"Role": "TrainRole"}

    assert targets(same, same, "<Name>Role</Name>") == [{"Attribute": "Properties", "Name": "Role"}]
