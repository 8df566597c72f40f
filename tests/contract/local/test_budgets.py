"""The local AWS makes the budget of a template, changes it in place, and takes it away with its stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.local.process import LocalAws
from workflows.stacks.data_stack import data_template

Clients = Callable[..., Any]
NAMES = Names(stage="watched", account="000000000000", region="us-east-1")
STACK = {"StackName": NAMES.data_stack}
BUDGET = {"AccountId": NAMES.account, "BudgetName": "nightswap-watched"}


def template(usd: int) -> str:
    whole = data_template(NAMES, settings=StageSettings(monthly_budget_usd=usd))
    watching = {name: whole["Resources"][name] for name in ("Alerts", "AlertsPolicy", "Budget")}
    return json.dumps({"Resources": watching})


def test_budget_comes_changes_and_goes_with_its_stack(local_aws: LocalAws, clients: Clients) -> None:
    cloudformation, budgets = (clients(local_aws, service) for service in ("cloudformation", "budgets"))

    cloudformation.create_stack(**STACK, TemplateBody=template(50))
    cloudformation.get_waiter("stack_create_complete").wait(**STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    made = budgets.describe_budget(**BUDGET)["Budget"]
    told = budgets.describe_notifications_for_budget(**BUDGET)["Notifications"]
    cloudformation.update_stack(**STACK, TemplateBody=template(70))
    cloudformation.get_waiter("stack_update_complete").wait(**STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    changed = budgets.describe_budget(**BUDGET)["Budget"]
    cloudformation.delete_stack(**STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(**STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    assert float(made["BudgetLimit"]["Amount"]) == 50
    assert {each["NotificationType"] for each in told} == {"FORECASTED", "ACTUAL"}
    assert float(changed["BudgetLimit"]["Amount"]) == 70
    with pytest.raises(ClientError, match="NotFoundException"):
        budgets.describe_budget(**BUDGET)
