"""The plots of the bill and of the endpoint that scales, and the break-even points that they show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.cost import GATEWAY, WHOLE, break_evens, main, measured_capacity, months, requests_a_day

ROOT = Path(__file__).resolve().parents[2]


def test_curves_cross_where_the_break_even_points_are() -> None:
    for name, count in break_evens().items():
        found = months([count * 0.99, count * 1.01])

        assert found[GATEWAY][0] < found[name][0]
        assert found[GATEWAY][1] > found[name][1]


def test_break_even_points_are_those_of_nightswap_cost() -> None:
    asked = [sys.executable, "-m", "workflows.cli", "cost", "--json", "--requests-a-day", "1"]
    told = json.loads(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    found = {each["name"].partition(",")[0]: each["cheaper_from_requests_a_day"] for each in told["alternatives"]}

    assert break_evens() == pytest.approx({name: count for name, count in found.items() if count is not None})


def test_all_that_the_product_takes_costs_more_than_its_requests_alone() -> None:
    found = months(requests_a_day())

    assert all(whole > requests for whole, requests in zip(found[WHOLE], found[GATEWAY], strict=True))


def test_plots_are_drawn_and_name_every_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--folder", str(tmp_path)])

    assert done.exit_code == 0, done.output
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "cost-autoscaling-measured.png",
        "cost-autoscaling-measured.svg",
        "cost-autoscaling.png",
        "cost-autoscaling.svg",
        "cost.png",
        "cost.svg",
    ]
    assert "SageMaker endpoint" in (tmp_path / "cost.svg").read_text("utf-8")
    measured = f"an instance answers {measured_capacity():,.0f} requests a minute"
    assert measured in (tmp_path / "cost-autoscaling-measured.svg").read_text("utf-8")
    assert "target 15,000: 13% lost" in (tmp_path / "cost-autoscaling.svg").read_text("utf-8")


def test_the_page_has_the_break_even_points() -> None:
    page = (ROOT / "docs" / "cost.md").read_text("utf-8")

    assert all(f"{count:,.0f}" in page for count in break_evens().values())


def test_the_page_has_the_rate_that_was_measured() -> None:
    page = (ROOT / "docs" / "cost.md").read_text("utf-8")

    assert f"{measured_capacity() / 60:,.0f} requests a second" in page
