"""Texts that CloudFormation completes."""

from __future__ import annotations

from workflows.stacks.arns import arn, bucket_arn, names_of


def test_bucket_is_named_by_convention_with_account_and_region_left_open() -> None:
    assert names_of("prod").bucket == "nightswap-prod-${AWS::AccountId}-${AWS::Region}"


def test_arn_leaves_partition_region_and_account_open() -> None:
    assert arn("states", "execution:a-machine:*") == {
        "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:a-machine:*"
    }


def test_bucket_and_its_objects_are_different_resources() -> None:
    bucket = "arn:${AWS::Partition}:s3:::nightswap-prod-${AWS::AccountId}-${AWS::Region}"

    assert bucket_arn("prod") == {"Fn::Sub": bucket}
    assert bucket_arn("prod", "runs/*") == {"Fn::Sub": f"{bucket}/runs/*"}
