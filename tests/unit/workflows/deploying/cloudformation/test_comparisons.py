"""What S3 answers is what was given, however it writes it down, and anything else is another thing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workflows.deploying.cloudformation import comparisons
from workflows.stacks import bucket_forms

BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True}
DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["s3:PutObject", "s3:DeleteObject"],
    "Resource": "arn:aws:s3:::b/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALLOW: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": "arn:x"}, "Action": "s3:GetObject", "Resource": "r"}


def policy(*statements: Any) -> dict[str, str]:
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


@pytest.mark.parametrize(
    ("there", "same"),
    [
        (BLOCK, True),
        ({**BLOCK, "RestrictPublicBuckets": False}, True),
        ({"BlockPublicAcls": True}, False),
        ({**BLOCK, "IgnorePublicAcls": False}, False),
        ({}, False),
    ],
)
def test_access_block_has_every_value_that_was_given(there: dict[str, bool], same: bool) -> None:
    assert comparisons.access_block({"PublicAccessBlockConfiguration": there}, BLOCK) is same
    assert comparisons.access_block({}, BLOCK) is False


@pytest.mark.parametrize(
    ("answer", "same"), [({"Status": "Enabled"}, True), ({"Status": "Suspended"}, False), ({}, False)]
)
def test_versioning_has_its_status(answer: dict[str, str], same: bool) -> None:
    assert comparisons.versioning(answer, {"Status": "Enabled"}) is same


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        (policy(DENY, ALLOW), True),
        (policy(ALLOW, DENY), True),
        (policy(dict(reversed(DENY.items())), ALLOW), True),
        (policy({**DENY, "Principal": {"AWS": "*"}}, ALLOW), True),
        (
            policy({**DENY, "Action": ["s3:DeleteObject", "s3:PutObject"]}, {**ALLOW, "Action": ["s3:GetObject"]}),
            True,
        ),
        (policy(DENY), False),
        (policy(DENY, ALLOW, ALLOW | {"Resource": "q"}), False),
        (policy({**DENY, "Action": ["s3:PutObject"]}, ALLOW), False),
        (policy({**DENY, "Condition": {}}, ALLOW), False),
        (policy(DENY, {**ALLOW, "Effect": "Deny"}), False),
    ],
)
def test_policy_has_the_statements_that_were_given_in_any_order(answer: dict[str, str], same: bool) -> None:
    assert comparisons.policy(answer, {"Statement": [DENY, ALLOW]}) is same


def test_policy_of_one_statement_may_have_no_list() -> None:
    assert comparisons.policy({"Policy": json.dumps({"Statement": DENY})}, {"Statement": [DENY]})


RULE: dict[str, Any] = {"Id": "work", "Status": "Enabled", "Prefix": "work/", "ExpirationInDays": 7}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"Filter": {"Prefix": "work/"}}, True),
        ({"Filter": {"Prefix": "parts/"}}, False),
        ({"Filter": {"Prefix": "work/", "Tag": {"Key": "a", "Value": "b"}}}, False),
        ({"Expiration": {"Days": 8}}, False),
        ({"Status": "Disabled"}, False),
    ],
)
def test_lifecycle_rule_has_its_prefix_in_either_place(changes: dict[str, Any], same: bool) -> None:
    given = {"Rules": [RULE]}
    (sent,) = bucket_forms.lifecycle(given)["Rules"]
    bare = {name: value for name, value in sent.items() if name not in ("Prefix", "Filter")}
    there = {**bare, "Prefix": "work/", **changes}
    if "Filter" in changes:
        del there["Prefix"]

    assert comparisons.lifecycle({"Rules": [there]}, given) is same
