"""What a run, an idle month and predictions use, on a machine of a few states."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.cost.other_prices import PRICES
from workflows.cost import estimates
from workflows.cost.bills import bill
from workflows.cost.estimates import (
    NIGHTS,
    batch_usage,
    idle_usage,
    longest_retrain_usage,
    path_to,
    predictions_usage,
    retrain_usage,
    work_to,
)
from workflows.cost.prices import US_EAST_1
from workflows.cost.usage import Call
from workflows.definitions.functions import placeholder
from workflows.stacks.functions import STORAGE_MB, Size


def task(name: str, following: str) -> dict[str, Any]:
    return {"Type": "Task", "Resource": placeholder(name), "Next": following}


MACHINE: dict[str, Any] = {
    "StartAt": "Preprocess",
    "States": {
        "Preprocess": task("preprocess", "Decide"),
        "Decide": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.d", "StringEquals": "TakeUp", "Next": "TakeUp"},
                {"Variable": "$.d", "StringEquals": "NothingNew", "Next": "NothingNew"},
                {"Variable": "$.d", "StringEquals": "train", "Next": "Train"},
            ],
            "Default": "Failed",
        },
        "TakeUp": {"Type": "Pass", "Next": "Promoted"},
        "Train": task("train", "Promoted"),
        "Promoted": {"Type": "Succeed"},
        "NothingNew": {"Type": "Succeed"},
        "Failed": {"Type": "Fail"},
    },
}
SIZES = {
    "preprocess": Size(memory_mb=1024, timeout_seconds=60),
    "train": Size(memory_mb=2048, timeout_seconds=900, storage_mb=STORAGE_MB + 1024),
}


def test_way_is_that_of_a_run_that_trains() -> None:
    assert path_to(MACHINE, "Promoted") == ("Preprocess", "Decide", "Train", "Promoted")
    assert path_to(MACHINE, "Preprocess") == ("Preprocess",)
    assert path_to(MACHINE, "Nowhere") == ()


def test_work_is_counted_by_the_states_on_the_way() -> None:
    work = work_to(MACHINE, "Promoted", sizes=SIZES, seconds={"train": 7.0})

    assert work.calls == (
        Call(memory_mb=1024, seconds=estimates.UNKNOWN_TASK_SECONDS),
        Call(memory_mb=2048, seconds=7.0, storage_mb=STORAGE_MB + 1024),
    )
    assert work.transitions == 5
    assert (work.put_requests, work.get_requests) == (8, 20)
    assert work.log_gb == pytest.approx(2 * estimates.LOG_GB_PER_STATE)


def test_longest_run_takes_all_the_time_that_its_tasks_may() -> None:
    usual = bill(retrain_usage(MACHINE, sizes=SIZES, architecture="x86_64")).lines
    longest = bill(longest_retrain_usage(MACHINE, sizes=SIZES, architecture="x86_64")).lines

    gb_seconds = 1 * 6 + 2 * 12
    price = US_EAST_1.usd["gb_second_x86_64"]
    requests = 2 * US_EAST_1.usd["lambda_request"]
    assert usual["Lambda"] == pytest.approx(gb_seconds * price + 12 * US_EAST_1.usd["storage_gb_second"] + requests)
    assert longest["Lambda"] == pytest.approx(
        (60 + 2 * 900) * price + 900 * US_EAST_1.usd["storage_gb_second"] + requests
    )
    assert {name: usd for name, usd in usual.items() if name != "Lambda"} == {
        name: usd for name, usd in longest.items() if name != "Lambda"
    }


def test_idle_month_is_a_run_a_night_and_model_and_what_stands() -> None:
    idle = bill(idle_usage(MACHINE, sizes=SIZES, architecture="x86_64", alarms=3, models=["a", "b"])).lines

    assert idle["alarms"] == pytest.approx(3 * US_EAST_1.usd["alarm_month"])
    assert idle["S3 storage"] == pytest.approx(US_EAST_1.usd["stored_gb_month"])
    assert idle["Step Functions"] == pytest.approx(4 * US_EAST_1.usd["state_transition"] * NIGHTS * 2)
    assert idle["log storage"] == pytest.approx(
        estimates.LOG_GB_PER_STATE * NIGHTS * 2 * US_EAST_1.usd["log_gb_month"]
    )
    kept = bill(idle_usage(MACHINE, sizes=SIZES, architecture="x86_64", alarms=3, models=["a"], stored_gb=10)).lines
    assert kept["S3 storage"] == pytest.approx(10 * US_EAST_1.usd["stored_gb_month"])


def test_prediction_is_the_gateway_two_calls_and_their_lines() -> None:
    lines = bill(predictions_usage(1000, serving_memory_mb=256, api_memory_mb=512, architecture="arm64")).lines

    gb_seconds = 0.5 * 0.040 + 0.25 * 0.010
    assert lines["API Gateway"] == pytest.approx(1000 * US_EAST_1.usd["rest_request"])
    assert lines["Lambda"] == pytest.approx(
        1000 * (gb_seconds * US_EAST_1.usd["gb_second_arm64"] + 2 * US_EAST_1.usd["lambda_request"])
    )
    assert lines["logs"] == pytest.approx(1000 * 600e-9 * US_EAST_1.usd["log_gb"])


def test_batch_is_the_function_that_asks_the_serving_function_all_its_time_and_its_files() -> None:
    sizes, records = {"predict-batch": Size(memory_mb=512, timeout_seconds=890)}, 62_000
    found = bill(batch_usage(records, sizes=sizes, serving_memory_mb=1024, architecture="arm64"), PRICES).lines

    seconds, calls, chunks = 10, 62, 7
    assert records / estimates.BATCH_RECORDS_A_SECOND == seconds
    assert found["Lambda"] == pytest.approx(0.5 * (0.5 + 1) * seconds + 100 * (1 + calls))
    assert found["S3 requests"] == (3 * chunks + 30) * 7.0 + 30 * 11.0


def test_every_bill_is_of_the_prices_that_are_given() -> None:
    retrain = bill(retrain_usage(MACHINE, sizes=SIZES, architecture="arm64"), PRICES).lines
    longest = bill(longest_retrain_usage(MACHINE, sizes=SIZES, architecture="arm64"), PRICES).lines
    idle = bill(idle_usage(MACHINE, sizes=SIZES, architecture="arm64", alarms=2, models=["a"]), PRICES).lines
    asked = bill(
        predictions_usage(10, serving_memory_mb=1024, api_memory_mb=1024, architecture="arm64"), PRICES
    ).lines

    assert retrain["Lambda"] == pytest.approx(0.5 * (1 * 6 + 2 * 12) + 0.25 * 12 + 2 * 100)
    assert longest["Lambda"] == pytest.approx(0.5 * (60 + 2 * 900) + 0.25 * 900 + 2 * 100)
    assert retrain["Step Functions"] == longest["Step Functions"] == 5 * 3.0
    assert retrain["S3 requests"] == 8 * 7.0 + 20 * 11.0
    assert idle["Lambda"] == pytest.approx(NIGHTS * (0.5 * 6 + 100))
    assert (idle["alarms"], idle["S3 storage"]) == (26.0, 5.0)
    assert idle["log storage"] == pytest.approx(NIGHTS * estimates.LOG_GB_PER_STATE * 19)
    assert asked["API Gateway"] == pytest.approx(230.0)
    assert asked["Lambda"] == pytest.approx(10 * (0.5 * 0.05 + 200))
    assert asked["logs"] == pytest.approx(10 * 600e-9 * 17)
