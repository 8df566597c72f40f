"""Makes a budget of a template by the emulator's own budgets, which its CloudFormation does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TYPE = "AWS::Budgets::Budget"
Made = tuple[str, dict[str, str]]
Answer = tuple[int, Mapping[str, str], bytes]


def install() -> None:
    """Its name is the budget's; a change of its limit or filters is made in place."""
    from ministack.services import budgets
    from ministack.services.cloudformation import provisioners

    def create(_logical_id: str, given: Mapping[str, Any], _stack: str) -> Made:
        told = given.get("NotificationsWithSubscribers", [])
        _agreed(budgets._create_budget({"Budget": _as_called(given), "NotificationsWithSubscribers": told}))
        return _made(given)

    def update(_name: str, _before: Mapping[str, Any], given: Mapping[str, Any], _stack: str) -> Made:
        _agreed(budgets._update_budget({"NewBudget": _as_called(given)}))
        return _made(given)

    def delete(name: str, _given: Mapping[str, Any]) -> None:
        budgets._delete_budget({"BudgetName": name})

    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": create, "update": update, "delete": delete}


def _made(given: Mapping[str, Any]) -> Made:
    name = str(given["Budget"]["BudgetName"])
    return name, {"Id": name}


def _as_called(given: Mapping[str, Any]) -> dict[str, Any]:
    """A template's amount is a number, and a call's a text."""
    limit = given["Budget"]["BudgetLimit"]
    return {**given["Budget"], "BudgetLimit": {**limit, "Amount": str(limit["Amount"])}}


def _agreed(answer: Answer) -> None:
    status, _, body = answer
    if status >= 400:
        raise ValueError(json.loads(body).get("message", "the budget is refused"))
