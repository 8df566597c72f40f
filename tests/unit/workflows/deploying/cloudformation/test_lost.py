"""What a stack has lost is found by reading, and the template that takes it out leaves the rest unchanged."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DeploymentFailed
from tests.unit.workflows.deploying.cloudformation.stacks_with_gaps import (
    MAIN,
    STACK,
    TEMPLATES,
    Account,
    Service,
    found,
)
from workflows.deploying.cloudformation.lost import (
    STAND_IN,
    Lost,
    find_lost,
    mentioned,
    with_parts,
    without,
)
from workflows.deploying.cloudformation.reads import PARTS, READS


def names_of(lost: Lost | None) -> set[str]:
    return {each.logical_id for each in lost.resources} if lost else set()


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_lost_where_everything_answers(template: str) -> None:
    assert found(Account(TEMPLATES[template])) is None


@pytest.mark.parametrize(
    ("template", "logical_id"),
    [
        (template, name)
        for template, made in TEMPLATES.items()
        for name, resource in made["Resources"].items()
        if resource["Type"] in READS
    ],
)
def test_each_resource_that_is_gone_is_found(template: str, logical_id: str) -> None:
    lost = found(Account(TEMPLATES[template], gone={logical_id}))

    assert logical_id in names_of(lost)
    assert lost is not None
    assert logical_id not in lost.template["Resources"]


def test_what_the_stack_deleted_itself_is_not_lost() -> None:
    assert found(Account(MAIN, gone={"TrainFunction"}, deleted={"TrainFunction"})) is None


def test_every_type_of_the_stacks_is_read_or_a_part_of_one_that_is() -> None:
    """A layer's version alone is not: a function that has it goes on with it."""
    types = {each["Type"] for made in TEMPLATES.values() for each in made["Resources"].values()}

    assert types - READS.keys() - PARTS.keys() == {"AWS::Lambda::LayerVersion"}


@pytest.mark.parametrize(
    ("template", "logical_id"),
    [
        (template, name)
        for template, made in TEMPLATES.items()
        for name, resource in made["Resources"].items()
        if resource["Type"] in PARTS
    ],
)
def test_part_that_is_gone_from_what_is_there_is_found(template: str, logical_id: str) -> None:
    assert names_of(found(Account(TEMPLATES[template], gone={logical_id}))) == {logical_id}


def test_permission_is_gone_with_the_whole_policy_of_its_function() -> None:
    assert names_of(found(Account(MAIN, bare={"policy"}))) == {"RunUnfinishedPermission"}


def test_rule_without_targets_is_as_good_as_gone() -> None:
    gone = names_of(found(Account(MAIN, bare={"RunUnfinished.Targets"})))

    assert gone == {"RunUnfinished"}


def test_parts_go_with_what_they_are_part_of() -> None:
    gone = names_of(found(Account(MAIN, gone={"RestoreAliasFunction"})))

    assert gone == {"RestoreAliasFunction", "RestoreAliasFailures", "RunUnfinishedPermission"}


def test_serving_function_goes_with_its_role_because_its_versions_keep_that_one() -> None:
    assert with_parts(MAIN, {"ServeAXmodelRole"}) == {"ServeAXmodelRole", "ServeAXmodelFunction"}
    assert with_parts(MAIN, {"TrainRole"}) == {"TrainRole"}


def test_what_stays_names_the_lost_ones_by_their_old_values() -> None:
    lost = found(Account(MAIN, gone={"TrainFunction", "TrainRole", "RunUnfinished", "TrainLog"}))

    assert lost is not None
    machine = lost.template["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]
    assert machine["Train"] == "arn:aws:lambda:eu-west-1:123456789012:function:the-TrainFunction"
    permission = lost.template["Resources"]["RunUnfinishedPermission"]["Properties"]
    assert permission["SourceArn"] == "arn:aws:events:eu-west-1:123456789012:rule/the-RunUnfinished"


def test_stack_that_lost_everything_keeps_a_stand_in() -> None:
    lost = found(Account(MAIN, gone=set(MAIN["Resources"])))

    assert lost is not None
    layers = {name for name, each in MAIN["Resources"].items() if each["Type"] == "AWS::Lambda::LayerVersion"}
    assert lost.template["Resources"].keys() == {STAND_IN, *layers}


def test_refusal_is_told_and_is_not_taken_for_a_loss() -> None:
    with pytest.raises(DeploymentFailed, match="AccessDenied"):
        found(Account(MAIN, refuses="get_role"))


def test_stack_that_is_not_there_has_lost_nothing() -> None:
    class NoStack(Service):
        def describe_stacks(self, **_given: str) -> Any:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "it does not exist"}}, "DescribeStacks"
            )

    account = Account(MAIN)

    assert find_lost(cast(Any, NoStack(account, "cloudformation")), STACK, clients=account) is None


def test_message_names_a_few_and_counts_the_others() -> None:
    lost = found(Account(MAIN, gone={name for name in MAIN["Resources"] if name.endswith("Log")}))

    assert str(lost).startswith("12 resources are gone: ")
    assert str(lost).endswith(" and 7 more")


@pytest.mark.parametrize(("names", "more"), [(5, ""), (6, " and 1 more")])
def test_five_names_are_shown_and_the_others_counted(names: int, more: str) -> None:
    logs = [name for name in MAIN["Resources"] if name.endswith("Log")][:names]

    said = str(found(Account(MAIN, gone={*logs})))

    assert said.startswith(f"{names} resources are gone: ")
    assert said.count(", ") == 4
    assert said.partition(" and ")[1:] == ((" and ", "1 more") if more else ("", ""))


@given(st.sets(st.sampled_from(sorted(MAIN["Resources"]))))
def test_template_without_any_resources_mentions_none_of_them_and_changes_no_other(gone: set[str]) -> None:
    values = {name: (f"the-{name}", f"arn-of-{name}") for name in gone}

    cut = without(MAIN, values)

    assert not mentioned(cut) & gone
    for name, resource in cut["Resources"].items():
        depends = resource.get("DependsOn", [])
        assert not gone & {*([depends] if isinstance(depends, str) else depends)}
        before = MAIN["Resources"].get(name)
        if before and not gone & (mentioned(before) | {before.get("DependsOn", "")}):
            assert resource == before
    assert json.loads(json.dumps(cut)) == cut
