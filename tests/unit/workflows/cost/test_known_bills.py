"""The arithmetic of the estimate, and that it follows the real definition."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.names import TASKS
from chalicelib.settings.stage import StageSettings
from workflows.cost.bills import Bill, bill
from workflows.cost.estimates import (
    NIGHTS,
    TYPICAL_SECONDS,
    idle_usage,
    longest_retrain_usage,
    path_to,
    predictions_usage,
    retrain_usage,
    standing_usage,
    work_to,
)
from workflows.cost.prices import US_EAST_1
from workflows.cost.usage import Call, Work, of_calls
from workflows.definitions.rendering import golden
from workflows.stacks.functions import Size, task_sizes

DEFINITION = json.loads(golden())
SIZES = task_sizes()


def priced(made: list[Call], *, architecture: str) -> float:
    return bill(of_calls(made, architecture=architecture)).total_usd


usd = st.floats(0, 1e6)
bills = st.dictionaries(st.sampled_from(["Lambda", "alarms", "logs", "S3 storage"]), usd).map(Bill)
calls = st.lists(st.builds(Call, memory_mb=st.integers(128, 10_240), seconds=st.floats(0, 900)), max_size=20)


@given(bills, bills)
def test_sum_of_two_bills_costs_what_both_cost(one: Bill, other: Bill) -> None:
    assert (one + other).total_usd == pytest.approx(one.total_usd + other.total_usd)


@given(bills, st.floats(0, 1000))
def test_bill_times_a_count_costs_that_many_times_as_much(one: Bill, count: float) -> None:
    assert one.times(count).total_usd == pytest.approx(count * one.total_usd)


@given(calls, calls)
def test_calls_add_up_whatever_their_order(some: list[Call], others: list[Call]) -> None:
    together = priced([*others, *some], architecture="x86_64")

    apart = priced(some, architecture="x86_64") + priced(others, architecture="x86_64")
    assert together == pytest.approx(apart)


@given(calls)
def test_arm64_never_costs_more(some: list[Call]) -> None:
    assert priced(some, architecture="arm64") <= priced(some, architecture="x86_64")


@given(st.integers(128, 5120), st.floats(0.001, 900))
def test_twice_the_memory_for_half_the_time_costs_the_same(memory_mb: int, seconds: float) -> None:
    small = priced([Call(memory_mb=memory_mb, seconds=seconds)], architecture="x86_64")
    large = priced([Call(memory_mb=2 * memory_mb, seconds=seconds / 2)], architecture="x86_64")

    assert small == pytest.approx(large)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 100))
def test_no_line_of_a_bill_is_negative_or_undefined(transitions: int, puts: int, gets: int, log_gb: float) -> None:
    work = Work(calls=(), transitions=transitions, put_requests=puts, get_requests=gets, log_gb=log_gb)

    assert all(math.isfinite(line) and line >= 0 for line in bill(work.usage(architecture="x86_64")).lines.values())


def test_known_month_costs_what_the_price_lists_say() -> None:
    """Ten alarms at 10 cents, 100 GB at 2.3 cents, 1 GB of logs at 3 cents."""
    assert bill(standing_usage(stored_gb=100, log_gb=1, alarms=10, models=0)).total_usd == pytest.approx(
        1.00 + 2.30 + 0.03
    )


def test_known_million_of_calls_costs_what_the_price_lists_say() -> None:
    """128 MB for 100 ms, a million times: 12,500 GB-seconds, and 20 cents for the requests."""
    once = priced([Call(memory_mb=128, seconds=0.1)], architecture="x86_64")

    assert 1_000_000 * once == pytest.approx(12_500 * 0.0000166667 + 0.20)


def test_promoted_run_goes_through_every_task_of_the_definition_but_the_canary() -> None:
    work = work_to(DEFINITION, "Promoted", sizes=SIZES)

    assert len(work.calls) == len(TASKS) - 1
    assert "ShiftTraffic" not in path_to(DEFINITION, "Promoted")
    assert work.transitions == len(path_to(DEFINITION, "Promoted")) + 1


def test_run_with_nothing_new_neither_trains_nor_publishes() -> None:
    way = path_to(DEFINITION, "NothingNew")

    assert "Preprocess" in way
    assert not {"Train", "Evaluate", "VersionModel", "SwapAlias"} & set(way)


def test_way_to_a_state_that_does_not_exist_is_empty() -> None:
    assert path_to(DEFINITION, "NoSuchState") == ()


def test_every_task_has_a_typical_duration() -> None:
    assert set(TYPICAL_SECONDS) == set(TASKS)


def test_room_in_tmp_costs_only_beyond_what_is_free() -> None:
    """1,024 MB beyond the 512 for 1,000 seconds are 1,000 GB-seconds."""
    free, paid = (
        priced([Call(memory_mb=1024, seconds=1000, storage_mb=storage)], architecture="arm64")
        for storage in (512, 1536)
    )

    assert free == priced([Call(memory_mb=1024, seconds=1000)], architecture="arm64")
    assert paid - free == pytest.approx(1000 * 0.0000000309)


def test_larger_task_makes_a_retrain_dearer_and_the_longest_retrain_too() -> None:
    larger = {**SIZES, "train": Size(3008, 890, 2048)}
    for used in (retrain_usage, longest_retrain_usage):
        before, after = (
            bill(used(DEFINITION, sizes=sizes, architecture="x86_64")).total_usd for sizes in (SIZES, larger)
        )

        assert before < after


@pytest.mark.parametrize(
    "larger",
    [StageSettings(task_memory_mb=1024), StageSettings(task_seconds=240), StageSettings(task_storage_mb=1024)],
    ids=["memory", "time", "room in /tmp"],
)
def test_size_of_the_tasks_without_rows_is_priced(larger: StageSettings) -> None:
    before, after = (
        bill(longest_retrain_usage(DEFINITION, sizes=task_sizes(settings), architecture="x86_64")).total_usd
        for settings in (StageSettings(), larger)
    )

    assert before < after


def test_longest_retrain_takes_every_tasks_time_out() -> None:
    found = bill(longest_retrain_usage(DEFINITION, sizes=SIZES, architecture="x86_64"))

    gb_seconds = sum(
        SIZES[task].memory_mb / 1024 * SIZES[task].timeout_seconds for task in TASKS if task != "shift-traffic"
    )
    in_tmp = 1.5 * 890 * 0.0000000309
    assert found.lines["Lambda"] == pytest.approx(gb_seconds * 0.0000166667 + in_tmp + 8 * 0.0000002)
    assert found.lines["Step Functions"] == pytest.approx(0.000325)


def test_retrain_costs_less_than_a_cent() -> None:
    found = bill(retrain_usage(DEFINITION, sizes=SIZES, architecture="x86_64"))

    assert 0 < found.total_usd < 0.01


def test_idle_month_grows_with_alarms_storage_and_models() -> None:
    def month(*, alarms: int = 0, models: int = 0, stored_gb: float = 0.0) -> float:
        return bill(
            idle_usage(
                DEFINITION,
                sizes=SIZES,
                architecture="x86_64",
                alarms=alarms,
                models=["a-model"] * models,
                stored_gb=stored_gb,
            )
        ).total_usd

    assert month() == 0.0
    assert month(alarms=3) == pytest.approx(3 * US_EAST_1.usd["alarm_month"])
    assert month(stored_gb=2) == pytest.approx(2 * US_EAST_1.usd["stored_gb_month"])
    assert month(models=2) == pytest.approx(2 * month(models=1))
    assert month(models=1) < NIGHTS * bill(retrain_usage(DEFINITION, sizes=SIZES, architecture="x86_64")).total_usd


def test_million_of_predictions_costs_a_few_dollars_most_of_them_for_the_gateway() -> None:
    found = bill(predictions_usage(1_000_000, serving_memory_mb=512, api_memory_mb=512, architecture="x86_64"))

    assert 3.5 < found.total_usd < 6
    assert max(found.lines, key=found.lines.__getitem__) == "API Gateway"


def test_known_bills_of_the_real_definition_line_by_line() -> None:
    """Worked out by hand: a promoted run is 8 calls of 44.006 GB-seconds in all, with 18 more of room in /tmp, and 13
    transitions; a night without new data is 3 calls of 12.365 GB-seconds and 5 transitions, 60.875 times a month for
    two models."""
    found = bill(retrain_usage(DEFINITION, sizes=SIZES, architecture="x86_64"))
    assert found.lines == pytest.approx(
        {
            "Lambda": 0.000735589,
            "Step Functions": 0.000325,
            "S3 requests": 0.000192,
            "logs": 0.000016,
        },
        rel=1e-5,
    )
    month = bill(idle_usage(DEFINITION, sizes=SIZES, architecture="x86_64", alarms=8, models=["one", "other"]))
    assert month.lines == pytest.approx(
        {
            "Lambda": 0.01258211,
            "Step Functions": 0.007609375,
            "S3 requests": 0.004383,
            "logs": 0.00036525,
            "S3 storage": 0.023,
            "log storage": 0.000021915,
            "metrics": 0.05,
            "alarms": 0.8,
        },
        rel=1e-5,
    )
    many = bill(predictions_usage(1_000_000, serving_memory_mb=512, api_memory_mb=1024, architecture="x86_64"))
    assert many.lines == pytest.approx({"API Gateway": 3.5, "Lambda": 1.1500015, "logs": 0.3})


def test_known_calls_on_arm_cost_what_the_price_lists_say() -> None:
    assert priced([Call(memory_mb=1024, seconds=1_000_000)], architecture="arm64") == pytest.approx(13.3334)
