"""nightswap cost: what a person and a program see of a month."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from workflows.cli.cost import show_jobs
from workflows.cli.main import group
from workflows.cli.screen import console
from workflows.cost.prices import US_EAST_1


def cost(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["cost", *arguments])


def document(*arguments: str) -> dict[str, Any]:
    done = cost("--json", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)  # type: ignore[no-any-return]


def test_month_is_shown_by_what_it_is_for_and_beside_what_else_would_serve() -> None:
    shown = cost().output

    for said in (
        "10,000 requests a day",
        "through the gateway",
        "by function URL",
        "retrains",
        "watching",
        "together",
    ):
        assert said in shown
    assert f"list prices of us-east-1 as of {US_EAST_1.as_of}, no free tier" in shown
    assert "SageMaker endpoint, ml.t2.medium" in shown


def test_what_is_given_stands_before_the_report_and_the_report_before_what_is_usual(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "REPORT RequestId: 1\tDuration: 20 ms\tBilled Duration: 20 ms\tMemory Size: 256 MB\tMax Memory Used: 90 MB\n"
    )

    usual = document()["traffic"]
    told = document("--report", str(log))["traffic"]
    given = document("--report", str(log), "--ms", "5", "--memory", "1024", "--cold-share", "0.5")["traffic"]

    assert (usual["seconds"], usual["cold_share"], usual["cold_seconds"]) == (0.010, 0.01, 0.3)
    assert (told["seconds"], told["memory_mb"], told["cold_share"]) == (0.020, 256, 0.0)
    assert (given["seconds"], given["memory_mb"], given["cold_share"]) == (0.005, 1024, 0.5)


def test_report_tells_which_memory_is_best(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "REPORT RequestId: 1\tDuration: 20 ms\tBilled Duration: 20 ms\tMemory Size: 256 MB\tMax Memory Used: 90 MB\n"
    )

    shown = cost("--report", str(log)).output

    assert "1 calls: 20.0 ms, 0.0% cold, at most 90 MB used" in " ".join(shown.split())
    assert "best" in shown


def test_free_tier_keeping_warm_and_autoscaling_are_shown_when_asked() -> None:
    plain, free = document(), document("--free-tier", "--wake", "5", "--autoscaling")

    assert "keeping warm" not in plain["month"]["by function URL"]
    assert "autoscaling" not in plain
    assert free["month"]["by function URL"]["keeping warm"]["usd"] == 0
    assert free["month"]["through the gateway"]["watching"]["usd"] < 0.02
    assert "3 from minute 0: 0% of the requests found no room" in cost("--autoscaling").output
    assert "what is always free left out" in cost("--free-tier").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--region", "mars-1"], "the prices of region 'mars-1' are not known here"),
        (["--cold-share", "2"], "is not in the range 0<=x<=1"),
        (["--rate", "500"], "--rate is of an instance of the simulated endpoint: give --autoscaling too"),
        (["--rate", "0", "--autoscaling"], "is not in the range x>0"),
        (["--memory", "64"], "is not in the range 128<=x<=10240"),
    ],
)
def test_wrong_wish_is_refused_in_words(arguments: list[str], said: str) -> None:
    done = cost(*arguments)

    assert done.exit_code != 0
    assert said in (done.output or "") + str(done.exception)


def test_simulated_endpoint_has_instances_of_the_rate_that_is_given() -> None:
    shown = cost("--autoscaling", "--rate", "1000").output

    assert "target 60,000: " in shown
    assert "target 30,000: " in shown
    assert "2 from minute 0: 0% of the requests found no room" in shown


def test_day_without_requests_costs_what_stands() -> None:
    found = document("--requests-a-day", "0")

    assert found["month"]["through the gateway"]["requests"]["usd"] == 0
    assert found["alternatives"][0]["cheaper_from_requests_a_day"] > 0


def test_recipes_that_a_function_trains_have_no_training_jobs() -> None:
    assert document()["training_jobs"] == []
    assert "training jobs" not in cost().output


def test_training_jobs_are_shown_with_what_they_cost_at_most() -> None:
    job = {
        "model": "loans",
        "instances": 2,
        "jobs": 3,
        "instance_type": "ml.m5.large",
        "max_runtime_seconds": 3600,
        "retrain_usd": 0.115,
        "runs_a_month": 30.4375,
        "month_usd": 3.5003,
    }

    with console.capture() as captured:
        show_jobs([job])

    said = captured.get()
    for words in (
        "training jobs of SageMaker",
        "at most",
        "loans",
        "6 ml.m5.large",
        "3,600",
        "0.12",
        "30.44",
        "3.51",
    ):
        assert words in said
