"""The plan's command, as far as it goes without AWS."""

from __future__ import annotations

from typing import get_args

from workflows.cli.plan import show
from workflows.cli.screen import console
from workflows.cost.bills import Bill
from workflows.deploying.departures import Departure
from workflows.deploying.serving.direct_lane import Action, LaneChange
from workflows.planning.change_sets import ResourceChange
from workflows.planning.costs import Costs
from workflows.planning.plan import Plan
from workflows.planning.roles import RoleChange
from workflows.planning.stacks import StackChange


def test_plan_shows_changes_permissions_and_costs() -> None:
    change = ResourceChange(
        resource="TrainFunction",
        type="AWS::Lambda::Function",
        action="update",
        replacement="replaced",
        details=("MemorySize: 1 -> 2",),
    )
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]}
    bill = Bill({"alarms": 0.1})
    plan = Plan(
        stage="prod",
        bucket="a-bucket",
        bucket_exists=False,
        departures=(Departure(model="loans", loses=("has a ledger",)), Departure(model="cars", loses=())),
        stacks=(StackChange(name="nightswap-prod", action="update", changes=(change,)),),
        state_machine_diff="",
        roles=(RoleChange(role="TrainRole", added=(statement,), removed=()),),
        app=(),
        packages=(),
        direct_lanes=tuple(LaneChange(model=f"model-{each}", action=each) for each in get_args(Action)),
        costs=Costs(
            idle_month=bill,
            retrain=bill,
            longest_retrain=Bill({"Lambda": 0.0625}),
            predictions=bill,
            predictions_of={"digits": Bill({"Lambda": 0.75})},
            batch=Bill({"Lambda": 0.0125}),
        ),
    )

    with console.capture() as captured:
        show(plan)

    said = captured.get()
    for words in (
        "TrainFunction",
        "update (replaced)",
        "a-bucket",
        "+ Allow s3:GetObject",
        "0.1000",
        "a retrain whose tasks take all their time",
        "Lambda 0.0625",
        "1,000 predictions of digits",
        "0.7500",
        "a batch of 1,000,000 records",
        "0.0125",
        "--remove-model loans",
        "model cars",
        "direct lane of model-open: its URL is to be opened",
        "direct lane of model-sign: its URL lets through who does not sign",
        "direct lane of model-shut: its URL is to go",
        "direct lane of model-wait: nothing is live yet",
        "would change",
    ):
        assert words in said
    assert not plan.changes_nothing
