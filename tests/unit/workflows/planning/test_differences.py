"""Differences of templates, definitions and roles, without AWS."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflows.planning.machine import definition_diff
from workflows.planning.roles import role_changes
from workflows.planning.templates import differences, resources

templates = st.dictionaries(
    st.sampled_from(["A", "B", "C"]),
    st.fixed_dictionaries(
        {"Type": st.just("T"), "Properties": st.dictionaries(st.sampled_from("xyz"), st.integers())}
    ),
).map(lambda resources: {"Resources": resources})


def actions(before: Any, after: Any, **parameters: dict[str, str]) -> dict[str, str]:
    found = differences(
        before,
        after,
        parameters_before=parameters.get("old", {}),
        parameters_after=parameters.get("new", {}),
    )
    return {each.resource: each.action for each in found}


@given(templates)
def test_template_does_not_differ_from_itself(template: Any) -> None:
    assert actions(template, template) == {}


@given(templates, templates)
def test_what_is_created_one_way_is_deleted_the_other(one: Any, other: Any) -> None:
    turned = {"create": "delete", "delete": "create", "update": "update"}

    assert actions(other, one) == {name: turned[action] for name, action in actions(one, other).items()}


def test_kept_resource_is_released() -> None:
    assert actions({"Resources": {"A": {"Type": "T", "DeletionPolicy": "Retain"}}}, {}) == {"A": "release"}


def test_changed_parameter_changes_the_resources_that_name_it() -> None:
    template = {
        "Resources": {
            "A": {"Type": "T", "Properties": {"Key": {"Fn::Sub": "deploy/${Sha}.zip"}}},
            "B": {"Type": "T", "Properties": {"Key": "fixed"}},
        }
    }

    assert actions(template, template, old={"Sha": "1"}, new={"Sha": "2"}) == {"A": "update"}


def test_difference_names_the_value_by_its_path_with_parameters_put_in() -> None:
    template = {"Resources": {"A": {"Type": "T", "Properties": {"Code": {"S3Key": {"Fn::Sub": "deploy/${Sha}"}}}}}}

    ((found),) = differences(template, template, parameters_before={"Sha": "1"}, parameters_after={"Sha": "2"})

    assert found.details == ('Code.S3Key.Fn::Sub: "deploy/1" -> "deploy/2"',)


def test_value_of_cloudformation_s_own_is_left_for_it_to_put_in() -> None:
    template = {"Resources": {"A": {"Type": "T", "Properties": {"Name": {"Fn::Sub": "a-${AWS::Region}-${B.Arn}"}}}}}

    assert resources(template, parameters={"B": "x"})["A"]["Properties"] == template["Resources"]["A"]["Properties"]


def test_resource_whose_condition_does_not_hold_is_not_made() -> None:
    template = {
        "Parameters": {"With": {"Type": "String", "Default": "true"}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "With"}, "true"]}},
        "Resources": {
            "Layer": {"Type": "T", "Condition": "Wanted"},
            "F": {"Type": "T", "Properties": {"L": {"Fn::If": ["Wanted", [1], {"Ref": "AWS::NoValue"}]}}},
        },
    }

    assert resources(template, parameters={})["F"]["Properties"] == {"L": [1]}
    assert resources(template, parameters={"With": "false"}) == {"F": {"Type": "T", "Properties": {}}}


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
