"""The budget of a stage, against the models of AWS; seeded mistakes; and a stage without one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.evaluating import permits
from tests.contract.stacks.reading import of_type, resolved
from workflows.definitions.checks.integrations import integration_mistakes
from workflows.deploying.cloudformation.wanted import stage_tags
from workflows.stacks.arns import alerts_arn
from workflows.stacks.data_stack import data_template

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
PLAIN = data_template(NAMES)
WATCHED = data_template(NAMES, settings=StageSettings(monthly_budget_usd=50))
TOPIC = str(resolved(alerts_arn("prod")))
CALL = "arn:aws:states:::aws-sdk:budgets:createBudget"
HERE = {"aws:SourceAccount": "123456789012"}
ELSEWHERE = {"aws:SourceAccount": "999999999999"}


def budget() -> dict[str, Any]:
    [found] = of_type(WATCHED, "AWS::Budgets::Budget").values()
    return copy.deepcopy(found)


def as_called(properties: Mapping[str, Any]) -> dict[str, Any]:
    """CreateBudget's parameters, as CloudFormation makes them: a template's amount is a number, a call's a text."""
    limit = properties["Budget"]["BudgetLimit"]
    limited = {**properties["Budget"], "BudgetLimit": {**limit, "Amount": str(limit["Amount"])}}
    return {"AccountId": NAMES.account, **properties, "Budget": limited}


def test_stage_without_a_budget_has_nothing_of_it() -> None:
    assert set(WATCHED["Resources"]) - set(PLAIN["Resources"]) == {"Budget", "AlertsPolicy"}
    assert {name: WATCHED["Resources"][name] for name in PLAIN["Resources"]} == PLAIN["Resources"]


def test_budget_is_one_that_aws_takes() -> None:
    assert integration_mistakes(CALL, as_called(budget())) == []


def test_budget_is_of_a_month_in_dollars_and_tells_the_topic_of_what_will_be_and_what_is() -> None:
    found = budget()

    assert found["Budget"]["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    assert (found["Budget"]["BudgetType"], found["Budget"]["TimeUnit"]) == ("COST", "MONTHLY")
    told = {each["Notification"]["NotificationType"] for each in found["NotificationsWithSubscribers"]}
    subscribers = [each["Subscribers"] for each in found["NotificationsWithSubscribers"]]
    assert told == {"FORECASTED", "ACTUAL"}
    assert subscribers == [[{"SubscriptionType": "SNS", "Address": "ref-of-Alerts"}]] * 2


def test_budget_adds_up_what_has_the_tag_of_the_stage() -> None:
    [told] = budget()["Budget"]["CostFilters"]["TagKeyValue"]
    key, _, value = told.removeprefix("user:").partition("$")

    assert (key, value) in stage_tags("prod").items()
    assert value == "prod"


def another_kind(properties: dict[str, Any]) -> None:
    properties["NotificationsWithSubscribers"][0]["Notification"]["NotificationType"] = "EXPECTED"


def another_unit_of_time(properties: dict[str, Any]) -> None:
    properties["Budget"]["TimeUnit"] = "NIGHTLY"


def another_comparison(properties: dict[str, Any]) -> None:
    properties["NotificationsWithSubscribers"][1]["Notification"]["ComparisonOperator"] = "ABOVE"


def another_subscriber(properties: dict[str, Any]) -> None:
    properties["NotificationsWithSubscribers"][0]["Subscribers"][0]["SubscriptionType"] = "TOPIC"


def nobody_told(properties: dict[str, Any]) -> None:
    properties["NotificationsWithSubscribers"][0]["Subscribers"] = []


def no_unit(properties: dict[str, Any]) -> None:
    del properties["Budget"]["BudgetLimit"]["Unit"]


def a_long_name(properties: dict[str, Any]) -> None:
    properties["Budget"]["BudgetName"] = "n" * 101


def a_list_of_filters(properties: dict[str, Any]) -> None:
    properties["Budget"]["CostFilters"] = ["user:nightswap:stage$prod"]


@pytest.mark.parametrize(
    "mistake",
    [
        *(another_kind, another_unit_of_time, another_comparison, another_subscriber, nobody_told, no_unit),
        *(a_long_name, a_list_of_filters),
    ],
)
def test_mistake_in_the_budget_is_found(mistake: Callable[[dict[str, Any]], None]) -> None:
    properties = budget()

    mistake(properties)

    assert integration_mistakes(CALL, as_called(properties)) != []


@pytest.mark.parametrize(
    ("principal", "context", "may"),
    [
        ("budgets.amazonaws.com", HERE, True),
        ("cloudwatch.amazonaws.com", HERE, True),
        ("budgets.amazonaws.com", ELSEWHERE, False),
        ("events.amazonaws.com", HERE, False),
        ("*", {"aws:SourceOwner": "123456789012"}, True),
        ("*", {"aws:SourceOwner": "999999999999"}, False),
        ("*", {}, False),
    ],
)
def test_topic_takes_notices_of_this_accounts_budgets_and_alarms_and_of_its_owner_alone(
    principal: str, context: dict[str, str], may: bool
) -> None:
    [policy] = of_type(WATCHED, "AWS::SNS::TopicPolicy").values()
    found = policy["PolicyDocument"]["Statement"]

    assert permits(found, "sns:Publish", TOPIC, context=context, principal=principal) is may
    assert not permits(found, "sns:DeleteTopic", TOPIC, context=context, principal=principal)


def test_topic_has_its_policy_before_the_budget_speaks() -> None:
    assert WATCHED["Resources"]["Budget"]["DependsOn"] == "AlertsPolicy"
