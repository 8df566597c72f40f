"""Each load test in a small time, against the contract server and the local AWS; Locust and Taurus play them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.load import generator, targets
from benchmarks.load.__main__ import How, main, play
from benchmarks.load.drawing import draw
from benchmarks.load.scenarios import SCENARIOS
from benchmarks.load.targets import Target
from benchmarks.results import read

SECONDS = 2.0


def shortly(name: str) -> float:
    """The time factor with which it takes SECONDS."""
    return SECONDS / generator.seconds(SCENARIOS[name], time_factor=1)


@pytest.fixture(scope="module")
def contract_server() -> Iterator[Target]:
    with targets.contract_server() as target:
        yield target


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_asks_the_contract_server_without_an_error(contract_server: Target, name: str) -> None:
    run = play(name, contract_server, How(time_factor=shortly(name)))

    assert run.total("errors") == 0
    assert run.hits == len(SCENARIOS[name].moments) or (run.hits > 10 and not SCENARIOS[name].moments)
    assert run.counted.versions == {"1": run.hits}
    assert run.server_mean_ms is not None


def test_taurus_plays_the_same(contract_server: Target) -> None:
    run = play("ramp-3", contract_server, How(time_factor=shortly("ramp-3"), by_taurus=True))

    assert run.total("errors") == 0
    assert run.hits > 10


def test_a_promotion_amid_the_load_costs_no_request_of_the_local_aws(tmp_path: Path) -> None:
    with targets.local_aws(time_factor=0.2) as target:
        run = play("eighteen", target, How(time_factor=0.2))

    assert run.total("errors") == 0
    assert run.server_mean_ms is not None
    assert len(run.promotions) == 1
    assert {*run.counted.versions} == {"1", "2"}
    assert sum(run.counted.versions.values()) == run.hits
    assert all(file.stat().st_size > 1_000 for file in draw(run, None, folder=tmp_path))


def test_nobody_at_the_address_is_an_error_of_every_request() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with targets.address(f"http://127.0.0.1:{taken.getsockname()[1]}/ping", token=None) as target:
            run = play("ramp-3", target, How(time_factor=shortly("ramp-3")))

    assert run.hits == run.total("errors") > 0
    assert any("refused" in each.lower() for each in run.counted.errors)


def test_command_asks_a_url_and_writes_rows_and_plots(contract_server: Target, tmp_path: Path) -> None:
    url = f"{contract_server.asked.host}/invocations"
    options = ["--scenario", "eighteen", "--target", url, "--time-factor", "0.02", "--folder", str(tmp_path)]

    done = CliRunner().invoke(main, options)

    assert done.exit_code == 0, done.output
    assert {row.metric for row in read("load", folder=tmp_path)} == {"rate", "mean latency"}
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".png", ".svg"}


def test_command_refuses_a_target_that_is_none() -> None:
    done = CliRunner().invoke(main, ["--target", "elsewhere"])

    assert done.exit_code == 2
    assert "neither serve nor local nor a URL" in done.output
