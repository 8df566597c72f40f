"""Units times prices."""

from __future__ import annotations

import pytest

from tests.unit.workflows.cost.other_prices import PRICES
from workflows.cost.bills import ALWAYS_FREE, LINES, Bill, bill
from workflows.cost.prices import US_EAST_1
from workflows.cost.usage import Call, Usage, Work, of_calls
from workflows.stacks.functions import STORAGE_MB


@pytest.mark.parametrize(
    ("call", "architecture", "usd"),
    [
        (Call(memory_mb=2048, seconds=3), "x86_64", 2 * 3 + 100),
        (Call(memory_mb=2048, seconds=3), "arm64", 2 * 0.5 * 3 + 100),
        (Call(memory_mb=2048, seconds=3, storage_mb=STORAGE_MB - 1), "x86_64", 2 * 3 + 100),
        (Call(memory_mb=2048, seconds=3, storage_mb=STORAGE_MB + 4096), "x86_64", (2 + 4 * 0.25) * 3 + 100),
    ],
)
def test_call_costs_its_memory_its_paid_room_and_its_request(call: Call, architecture: str, usd: float) -> None:
    used = of_calls([call, call], architecture=architecture)

    assert bill(used, PRICES).total_usd == pytest.approx(2 * usd)


def test_work_is_billed_line_by_line() -> None:
    work = Work(calls=(Call(memory_mb=1024, seconds=1),), transitions=2, put_requests=3, get_requests=5, log_gb=0.5)

    assert bill(work.usage(architecture="x86_64"), PRICES).lines == {
        "Lambda": pytest.approx(101.0),
        "Step Functions": 6.0,
        "S3 requests": 3 * 7.0 + 5 * 11.0,
        "logs": 8.5,
    }
    nothing = bill(Work(calls=(), transitions=0).usage(architecture="x86_64"), PRICES)
    assert nothing.total_usd == 0


def test_every_unit_that_is_used_has_a_price_and_a_line() -> None:
    everything = Usage(dict.fromkeys(LINES, 1.0))

    assert bill(everything, PRICES).total_usd == sum(PRICES.usd[name] for name in LINES)
    assert set(ALWAYS_FREE) <= set(LINES) <= set(US_EAST_1.usd)


@pytest.mark.parametrize(("alarms", "usd"), [(9, 0.0), (10, 0.0), (11, 13.0), (20, 130.0)])
def test_what_is_always_free_is_not_paid_and_nothing_is_paid_back(alarms: int, usd: float) -> None:
    assert bill(Usage({"alarm_month": alarms}), PRICES, free=ALWAYS_FREE).lines == {"alarms": usd}


def test_bills_are_added_by_their_lines_and_multiplied() -> None:
    added = Bill({"a": 1.0, "b": 2.0}) + Bill({"c": 4.0, "b": 8.0})

    assert [*added.lines.items()] == [("a", 1.0), ("b", 10.0), ("c", 4.0)]
    assert added.times(2).lines == {"a": 2.0, "b": 20.0, "c": 8.0}
    assert (added.total_usd, Bill().total_usd) == (15.0, 0)
