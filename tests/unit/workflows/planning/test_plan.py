"""A plan changes nothing only where every part of it says so, and programs are told all of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from workflows.cost.bills import Bill
from workflows.deploying.serving.direct_lane import LaneChange
from workflows.planning.app import AppPart
from workflows.planning.costs import Costs
from workflows.planning.packages import PackageState
from workflows.planning.plan import Plan
from workflows.planning.roles import RoleChange
from workflows.planning.stacks import StackChange

NOTHING = Plan(
    stage="prod",
    bucket="a-bucket",
    bucket_exists=True,
    departures=(),
    stacks=(
        StackChange(name="nightswap-prod-data", action="unchanged", changes=()),
        StackChange(name="nightswap-prod", action="unchanged", changes=()),
    ),
    state_machine_diff="",
    roles=(),
    app=(
        AppPart(name="api_handler", type="function", action="unchanged"),
        AppPart(name="nightly", type="function", action="unchanged"),
    ),
    packages=(
        PackageState(name="tasks", size_bytes=7, key="deploy/a.zip", uploaded=True),
        PackageState(name="numpy", size_bytes=8, key="b.zip", uploaded=True),
    ),
    direct_lanes=(LaneChange(model="loans", action="unchanged"), LaneChange(model="cars", action="wait")),
    costs=Costs(
        idle_month=Bill({"alarms": 0.5}),
        retrain=Bill({"Lambda": 0.25}),
        longest_retrain=Bill({"Lambda": 4.0}),
        predictions=Bill({"logs": 2.0}),
        predictions_of={"digits": Bill({"Lambda": 3.0})},
        batch=Bill({"Lambda": 5.0}),
    ),
)
CHANGES: dict[str, Any] = {
    "stacks": (NOTHING.stacks[0], StackChange(name="nightswap-prod", action="update", changes=())),
    "state_machine_diff": "+ a state",
    "roles": (RoleChange(role="train", added=(), removed=()),),
    "app": (NOTHING.app[0], AppPart(name="nightly", type="function", action="create")),
    "direct_lanes": (LaneChange(model="loans", action="open"),),
    "packages": (NOTHING.packages[0], PackageState(name="numpy", size_bytes=8, key="b.zip", uploaded=False)),
}


def test_plan_in_which_all_is_as_it_would_be_changes_nothing() -> None:
    assert NOTHING.changes_nothing


@pytest.mark.parametrize("part", CHANGES)
def test_one_part_that_differs_is_a_change(part: str) -> None:
    assert not replace(NOTHING, **{part: CHANGES[part]}).changes_nothing


def test_programs_are_told_every_part_and_what_the_prices_are_of() -> None:
    document = NOTHING.to_document()

    assert document.keys() == {*(each.name for each in fields(Plan)), "changes_nothing"}
    assert document["changes_nothing"] is True
    assert document["costs"]["estimate"] is True
    told = {"region", "as_of", "free_tier", "predictions_count", "batch_records"}
    assert document["costs"]["prices"].keys() == told
    assert {name: document["costs"][name] for name in vars(NOTHING.costs)} == {
        "idle_month": {"usd": 0.5, "lines": {"alarms": 0.5}},
        "retrain": {"usd": 0.25, "lines": {"Lambda": 0.25}},
        "longest_retrain": {"usd": 4.0, "lines": {"Lambda": 4.0}},
        "predictions": {"usd": 2.0, "lines": {"logs": 2.0}},
        "predictions_of": {"digits": {"usd": 3.0, "lines": {"Lambda": 3.0}}},
        "batch": {"usd": 5.0, "lines": {"Lambda": 5.0}},
    }
