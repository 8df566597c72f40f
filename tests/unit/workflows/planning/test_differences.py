"""Differences of definitions and roles, without AWS."""

from __future__ import annotations

import json

import pytest

from chalicelib.names import Names
from workflows.definitions.rendering import BOTH, BUILT_INS, SAGEMAKER, golden
from workflows.planning.machine import completed, definition_diff
from workflows.planning.roles import in_words, role_changes


def test_definition_in_another_layout_is_the_same() -> None:
    definition = {"StartAt": "A", "States": {}}

    assert definition_diff(json.dumps(definition, indent=4), json.dumps(definition)) == ""
    assert "+" in definition_diff(None, json.dumps(definition))


def test_order_of_actions_makes_no_difference_and_a_new_one_does() -> None:
    before = {"R": [{"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "*"}]}
    turned = {"R": [{"Effect": "Allow", "Action": ["a:C", "a:B"], "Resource": ["*"]}]}
    more = {"R": [{"Effect": "Allow", "Action": ["a:C", "a:B", "a:D"], "Resource": ["*"]}]}

    assert role_changes(before, turned) == ()
    ((change),) = role_changes(before, more)
    assert (len(change.added), len(change.removed)) == (1, 1)


def test_statement_is_told_with_whom_it_trusts_and_its_condition() -> None:
    assert in_words({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "a"}}) == (
        'Allow sts:AssumeRole to {"Service": "a"}'
    )
    assert in_words({"Effect": "Deny", "Action": "a:B", "Resource": "*", "Condition": {"Bool": {"a": "b"}}}) == (
        'Deny a:B on * where {"Bool": {"a": "b"}}'
    )


def test_role_that_comes_or_goes_is_a_change_of_all_its_statements() -> None:
    statement = {"Effect": "Allow", "Action": "a:B", "Resource": "*"}

    (gone,) = role_changes({"R": [statement]}, {})
    (new,) = role_changes({}, {"R": [statement]})

    assert (gone.added, gone.removed) == ((), (statement,))
    assert (new.added, new.removed) == ((statement,), ())


@pytest.mark.parametrize("engine", [SAGEMAKER, BUILT_INS, BOTH])
def test_machine_with_training_jobs_that_is_deployed_as_planned_is_unchanged(engine: str) -> None:
    names = Names(stage="prod", account="123456789012", region="eu-west-1")
    role = "arn:aws:iam::123456789012:role/nightswap-prod-TrainingRole-1ABC"
    deployed = completed(golden(engine), names, source_sha256="a" * 64).replace("${TrainingRole}", role)

    planned = completed(golden(engine), names, source_sha256="a" * 64, deployed=deployed)
    of_other_code = completed(golden(engine), names, source_sha256="b" * 64, deployed=deployed)

    assert "${" not in planned
    assert '"Value": "prod"' in planned
    assert definition_diff(deployed, planned) == ""
    assert "+" in definition_diff(deployed, of_other_code)
