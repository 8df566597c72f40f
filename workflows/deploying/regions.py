"""Checks the region: a stage can only be in AWS's first partition, which the policies of the app's functions name.

Chalice reads those files as they are, and a role takes no ARN of another partition (China, GovCloud, ...):
put_role_policy would refuse it in the middle of a deployment.
"""

from __future__ import annotations

import boto3

PARTITION = "aws"


def problem(region: str | None) -> str | None:
    """The problem of the region, with advice; None where a stage can be deployed. Calls no AWS."""
    if not region:
        return "none is set: set AWS_DEFAULT_REGION, or a region in your AWS profile"
    session = boto3.Session()
    if region in session.get_available_regions("lambda", PARTITION):
        return None
    others = [each for each in session.get_available_partitions() if each != PARTITION]
    for partition in others:
        if region in session.get_available_regions("lambda", partition):
            return (
                f"is {region}, in AWS's partition {partition}: the app's policies, .chalice/policy-*.json,"
                f" know the partition {PARTITION} alone: take one of its regions, for example eu-west-1"
            )
    return (
        f"is {region!r}, and no AWS region that has Lambda, as far as this boto3 knows: set another with"
        " AWS_DEFAULT_REGION or in your AWS profile"
    )
