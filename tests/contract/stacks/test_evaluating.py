"""The evaluator itself, on cases whose answers the IAM user guide gives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.stacks.evaluating import permits

ALLOW = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/runs/*"]}
DENY = {**ALLOW, "Effect": "Deny"}
KEY = "arn:aws:s3:::b/runs/a-run/report.json"


def where(condition: dict[str, Any], **context: str) -> bool:
    statement = {**ALLOW, "Condition": condition}
    given = {key.replace("__", ":").replace("_", "-"): value for key, value in context.items()}
    return permits([statement], "s3:GetObject", KEY, context=given)


def test_nothing_is_permitted_by_itself() -> None:
    assert not permits([], "s3:GetObject", KEY)


@pytest.mark.parametrize("statements", [[ALLOW, DENY], [DENY, ALLOW], [DENY]])
def test_an_explicit_deny_beats_every_allow(statements: list[dict[str, Any]]) -> None:
    assert not permits(statements, "s3:GetObject", KEY)


@pytest.mark.parametrize(
    ("action", "resource", "permitted"),
    [
        ("s3:GetObject", KEY, True),
        ("S3:getobject", KEY, True),
        ("s3:PutObject", KEY, False),
        ("s3:GetObjectVersion", KEY, False),
        ("s3:GetObject", KEY.upper(), False),
        ("s3:GetObject", "arn:aws:s3:::b/runs", False),
        ("s3:GetObject", "arn:aws:s3:::other/b/runs/a", False),
        ("s3:GetObject", "arn:aws:s3:::b/runs/line\nbreak", True),
    ],
)
def test_action_and_resource_have_to_match(action: str, resource: str, permitted: bool) -> None:
    assert permits([ALLOW], action, resource) is permitted


@pytest.mark.parametrize(
    ("pattern", "permitted"),
    [("arn:aws:s3:::b/r?ns/*", True), ("arn:aws:s3:::b/r?uns/*", False), ("*", True), ("arn.aws:s3:::b/*", False)],
)
def test_wildcards_are_star_and_question_mark_alone(pattern: str, permitted: bool) -> None:
    assert permits([{**ALLOW, "Resource": pattern}], "s3:GetObject", KEY) is permitted


def test_all_conditions_have_to_hold_and_one_value_of_each_is_enough() -> None:
    both = {"StringEquals": {"aws:a": ["1", "2"]}, "StringLike": {"aws:b": "x*"}}

    assert where(both, aws__a="2", aws__b="xy")
    assert not where(both, aws__a="3", aws__b="xy")
    assert not where(both, aws__a="2", aws__b="yx")


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ArnLike", "Bool"])
def test_a_key_that_is_not_there_matches_nothing(operator: str) -> None:
    assert not where({operator: {"aws:a": "*"}})


@pytest.mark.parametrize(("wanted", "there", "holds"), [("true", False, True), ("false", True, True)])
def test_null_asks_whether_a_key_is_there(wanted: str, there: bool, holds: bool) -> None:
    condition = {"Null": {"aws:a": wanted}}

    assert where(condition, **({"aws__a": "1"} if there else {})) is holds
    assert where(condition, **({} if there else {"aws__a": "1"})) is not holds


def test_condition_keys_are_case_insensitive_and_their_values_are_not() -> None:
    condition = {"StringEquals": {"AWS:SourceAccount": "abc"}}

    assert where(condition, aws__sourceaccount="abc")
    assert not where(condition, aws__sourceaccount="ABC")


@pytest.mark.parametrize(
    ("arn", "holds"),
    [
        ("arn:aws:events:eu-west-1:123456789012:rule/a/b", True),
        ("arn:aws:events:eu-west-1:210987654321:rule/a", False),
        ("arn:aws:events:eu-west-1:1:x:123456789012:rule/a", False),
    ],
)
def test_a_wildcard_of_an_arn_stays_within_its_part(arn: str, holds: bool) -> None:
    condition = {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:123456789012:rule/*"}}

    assert where(condition, aws__SourceArn=arn) is holds


def test_a_statement_for_a_service_is_for_nobody_else() -> None:
    statement = {**ALLOW, "Principal": {"Service": ["events.amazonaws.com"]}}

    assert permits([statement], "s3:GetObject", KEY, principal="events.amazonaws.com")
    assert not permits([statement], "s3:GetObject", KEY, principal="sns.amazonaws.com")


@pytest.mark.parametrize("unknown", [{"NotAction": ["s3:*"]}, {"Condition": {"NumericEquals": {"aws:a": "1"}}}])
def test_what_it_does_not_know_it_refuses(unknown: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="does not know yet"):
        permits([{**ALLOW, **unknown}], "s3:GetObject", KEY)
