"""The figures of docs/cost.md are those of the command."""

from __future__ import annotations

import json

from click.testing import CliRunner

from lambdas.model.recipe import Endpoint
from tests.contract.docs import pages
from workflows.cli.main import group
from workflows.cost import autoscaling, memory_prices

PAGE = pages.PAGES["cost.md"]


def test_the_table_is_what_the_first_command_says() -> None:
    done = CliRunner().invoke(group, ["cost", "--json"])

    month = json.loads(done.output)["month"]
    for part in ("requests", "retrains", "watching", "storage"):
        gateway, direct = (month[way][part]["usd"] for way in ("through the gateway", "by function URL"))
        assert f"| {part} | {gateway:.2f} | {direct:.2f} |" in PAGE


def test_the_page_tells_the_simulated_endpoint_as_it_is() -> None:
    scaling = autoscaling.Scaling()

    assert f"answer {autoscaling.CAPACITY:,} requests a minute" in PAGE
    assert f"under a ramp to {max(map(max, autoscaling.LOADS.values())):,.0f}" in PAGE
    assert f"after {autoscaling.OVER} minutes above the target" in PAGE
    assert f"serves {scaling.starts_in} minutes later" in PAGE
    assert f"Below {memory_prices.CORE_MB:,} MB" in PAGE


def test_usual_target_of_an_endpoint_is_half_of_what_the_simulated_instance_bears() -> None:
    usual = Endpoint().requests_per_minute

    assert usual == autoscaling.SAFETY * autoscaling.CAPACITY
    row = next(line for line in pages.PAGES["endpoints.md"].splitlines() if "`requests_per_minute`" in line)
    for said in (
        f"{usual:,}",
        f"times 60, times {autoscaling.SAFETY} for safety",
        f"bears {autoscaling.CAPACITY // 60}",
    ):
        assert said in row
