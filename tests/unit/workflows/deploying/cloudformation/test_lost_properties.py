"""A property that is gone or was changed by hand is set again, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.deploying.cloudformation.stacks_with_gaps import (
    ARN,
    DATA,
    TEMPLATES,
    Account,
    found,
)
from workflows.deploying.cloudformation.lost import (
    ALWAYS_THERE,
    STAND_IN,
    resolved,
)
from workflows.deploying.cloudformation.reads import PROPERTIES
from workflows.stacks import bucket_forms


@pytest.mark.parametrize(
    ("template", "logical_id", "name"),
    [
        (template, logical_id, name)
        for template, made in TEMPLATES.items()
        for logical_id, resource in made["Resources"].items()
        for name in PROPERTIES.get(resource["Type"], {})
        if name not in ALWAYS_THERE
    ],
)
def test_property_that_a_resource_has_no_more_is_taken_out_alone(template: str, logical_id: str, name: str) -> None:
    lost = found(Account(TEMPLATES[template], bare={f"{logical_id}.{name}"}))

    assert lost is not None
    assert str(lost) == f"1 property is not as deployed: {logical_id}.{name}"
    before = TEMPLATES[template]["Resources"]
    left = {key: value for key, value in before[logical_id]["Properties"].items() if key != name}
    assert lost.template["Resources"][logical_id] == {**before[logical_id], "Properties": left}
    assert {**lost.template["Resources"], logical_id: None} == {
        **before,
        logical_id: None,
        STAND_IN: lost.template["Resources"][STAND_IN],
    }


def test_property_that_the_template_does_not_give_is_not_missed() -> None:
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "a-bucket"}}

    assert found(Account({"Resources": {"Bucket": resource}}, bare={"Bucket.VersioningConfiguration"})) is None


BUCKET = DATA["Resources"]["Bucket"]["Properties"]
RULES = bucket_forms.lifecycle(BUCKET["LifecycleConfiguration"])["Rules"]
POLICY = resolved(DATA["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"], stack=ARN)
BY_HAND: list[tuple[str, Any]] = [
    ("PublicAccessBlockConfiguration", {**BUCKET["PublicAccessBlockConfiguration"], "BlockPublicPolicy": False}),
    ("PublicAccessBlockConfiguration", {"BlockPublicAcls": True}),
    ("BucketEncryption", {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}),
    ("BucketEncryption", {"Rules": []}),
    ("OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}),
    ("LifecycleConfiguration", {"Rules": RULES[1:]}),
    ("LifecycleConfiguration", {"Rules": [*RULES, {"ID": "x", "Status": "Enabled", "Expiration": {"Days": 1}}]}),
    ("LifecycleConfiguration", {"Rules": [{**RULES[0], "Status": "Disabled"}, *RULES[1:]]}),
    ("LifecycleConfiguration", {"Rules": [{**RULES[0], "Expiration": {"Days": 1}}, *RULES[1:]]}),
    ("LifecycleConfiguration", {"Rules": [{**RULES[0], "Filter": {"Prefix": ""}}, *RULES[1:]]}),
    ("PolicyDocument", {**POLICY, "Statement": POLICY["Statement"][1:]}),
    ("PolicyDocument", {**POLICY, "Statement": [*POLICY["Statement"], {"Effect": "Allow", "Action": "s3:*"}]}),
]


@pytest.mark.parametrize(("name", "there"), BY_HAND, ids=str)
def test_property_of_the_bucket_that_was_changed_by_hand_is_set_again(name: str, there: Any) -> None:
    lost = found(Account(DATA, changed={name: there}))

    assert lost is not None and [each.name for each in lost.properties] == [name]
    assert lost.resources == ()


def test_policy_that_was_changed_by_hand_is_set_twice_and_never_taken_out() -> None:
    lost = found(Account(DATA, changed={"PolicyDocument": {**POLICY, "Statement": []}}))

    assert lost is not None
    left = lost.template["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]
    assert left == {**DATA["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"], "Id": "set-again"}


SAID_OTHERWISE: list[tuple[str, Any]] = [
    (
        "BucketEncryption",
        {
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
            ]
        },
    ),
    ("LifecycleConfiguration", {"Rules": RULES[::-1], "TransitionDefaultMinimumObjectSize": "varies"}),
    (
        "LifecycleConfiguration",
        {
            "Rules": [
                {**{key: value for key, value in each.items() if key != "Filter"}, **each["Filter"]} for each in RULES
            ]
        },
    ),
    (
        "PolicyDocument",
        {
            "Statement": [
                {
                    key: value[0] if isinstance(value, list) and len(value) == 1 else value
                    for key, value in each.items()
                }
                for each in POLICY["Statement"][::-1]
            ]
        },
    ),
]


SAID_OTHERWISE.append(
    ("PolicyDocument", {"Statement": [{**each, "Principal": {"AWS": "*"}} for each in POLICY["Statement"]]})
)


@pytest.mark.parametrize(("name", "there"), SAID_OTHERWISE, ids=str)
def test_same_in_other_words_is_not_set_again(name: str, there: Any) -> None:
    assert found(Account(DATA, changed={name: there})) is None


def test_properties_of_what_is_gone_are_not_looked_for() -> None:
    lost = found(Account(DATA, gone={"Bucket"}, bare={"Bucket.VersioningConfiguration"}))

    assert lost is not None
    assert lost.properties == ()
