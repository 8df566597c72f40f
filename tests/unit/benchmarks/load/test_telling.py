"""What a run took, as rows, a document and a price."""

from __future__ import annotations

import pytest

from benchmarks.load.counted import Counted
from benchmarks.load.telling import BASELINE, Run, document, on_aws, rows
from benchmarks.load.watching import Watched

SIZES = {"memory_mb": 512, "api_memory_mb": 256}


def run(target: str, *, hits: int, ms: float, timing: str = "", seconds: int = 4) -> Run:
    """So many hits in each second, of two users."""
    counted = Counted()
    for number in range(seconds):
        counted.second(number).users = 2
        for _ in range(hits):
            counted.answered(number, ms, timing=timing)
    watched = Watched({"server": [0.5, 1.5], "generator": [0.25]})
    return Run(scenario="surge", target=target, time_factor=0.1, counted=counted, watched=watched)


def test_a_run_tells_what_the_posts_told_and_more() -> None:
    told = document(run("serve", hits=10, ms=3.0, timing="total;dur=0.5"), **SIZES)

    assert (told["hits"], told["rate"], told["errors"], told["cold"], told["most_users"]) == (40, 10, 0, 0, 2)
    assert (told["average_ms"], told["max_ms"], told["p50_ms"], told["p99_ms"]) == (3.0, 3.0, 3.0, 3.0)
    assert (told["server_average_ms"], told["server_cpu"], told["generator_cpu"]) == (0.5, 1.0, 0.25)


def test_a_run_that_nobody_answered_tells_no_latency() -> None:
    told = document(run("serve", hits=0, ms=0.0), **SIZES)

    assert (told["hits"], told["average_ms"], told["p99_ms"], told["server_average_ms"]) == (0, None, None, None)


def test_rows_are_ratios_to_the_same_scenario_against_fixed_bytes() -> None:
    found = rows([run("serve", hits=10, ms=3.0)], run(BASELINE, hits=40, ms=1.0))

    ratios = {(row.name, row.metric): row.ratio_to_baseline for row in found}
    assert ratios["surge, serve", "rate"] == 0.25
    assert ratios["surge, serve", "mean latency"] == 3.0
    assert {row.baseline for row in found} == {"surge, fixed bytes"}


def test_requests_on_aws_cost_more_through_the_gateway_and_where_functions_start() -> None:
    warm = on_aws(run("local AWS", hits=100, ms=3.0), **SIZES)
    cold = on_aws(run("local AWS", hits=100, ms=3.0, timing="api;desc=cold;dur=300"), **SIZES)

    assert warm["by function URL"] < warm["through the gateway"] < cold["through the gateway"]
    assert warm["through the gateway"] == pytest.approx(400 * 3.5e-6, rel=0.5)
