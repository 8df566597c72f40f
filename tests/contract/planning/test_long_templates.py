"""A template that is too long for a call: a plan stores nothing, so it says so in place of the changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from workflows.deploying.templates import TEMPLATE_LIMIT
from workflows.planning.change_sets import Proposal, proposal
from workflows.planning.wanted import WantedStack

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

AROUND = len('{"Description":""}')


@pytest.fixture
def cloudformation() -> Iterator[CloudFormationClient]:
    """It takes one call, which it refuses."""
    client = boto3.client(
        "cloudformation", region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubber:
        stubber.add_client_error("create_change_set", "ValidationError", "no such stack")
        yield client


def a_stack(*, size_bytes: int) -> WantedStack:
    template = {"Description": "x" * (size_bytes - AROUND)}
    return WantedStack(name="nightswap-prod", template=template, parameters={})


def test_template_that_is_too_long_for_a_call_is_refused_in_words_and_nothing_is_asked(
    cloudformation: CloudFormationClient,
) -> None:
    found = proposal(cloudformation, a_stack(size_bytes=TEMPLATE_LIMIT + 1), tags={})

    assert found == Proposal(
        refusal="the template of stack nightswap-prod has 51201 bytes and CloudFormation takes 51200 in a call: store"
        " it in a bucket"
    )


def test_longest_template_that_a_call_takes_is_proposed(cloudformation: CloudFormationClient) -> None:
    found = proposal(cloudformation, a_stack(size_bytes=TEMPLATE_LIMIT), tags={})

    assert found == Proposal(refusal="ValidationError: no such stack")
