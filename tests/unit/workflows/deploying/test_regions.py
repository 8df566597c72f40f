"""Which regions a stage can be in, by the lists that boto3 has of every partition."""

from __future__ import annotations

import boto3
import pytest

from workflows.deploying import regions

SESSION = boto3.Session()
ELSEWHERE = [(each, SESSION.get_available_regions("lambda", each)) for each in SESSION.get_available_partitions()[1:]]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2"])
def test_stage_can_be_in_a_region_of_the_first_partition(region: str) -> None:
    assert regions.problem(region) is None


@pytest.mark.parametrize(("partition", "region"), [(name, found[0]) for name, found in ELSEWHERE if found])
def test_region_of_another_partition_is_told_with_it_and_the_way_out(partition: str, region: str) -> None:
    assert regions.problem(region) == (
        f"is {region}, in AWS's partition {partition}: the app's policies, .chalice/policy-*.json, know the partition"
        " aws alone: take one of its regions, for example eu-west-1"
    )


@pytest.mark.parametrize("region", ["eu-west-9", " "])
def test_what_is_no_region_is_told_with_the_way_out(region: str) -> None:
    assert regions.problem(region) == (
        f"is {region!r}, and no AWS region that has Lambda, as far as this boto3 knows: set another with"
        " AWS_DEFAULT_REGION or in your AWS profile"
    )


@pytest.mark.parametrize("region", [None, ""])
def test_region_that_is_not_set_is_told_with_the_way_out(region: str | None) -> None:
    assert regions.problem(region) == "none is set: set AWS_DEFAULT_REGION, or a region in your AWS profile"
