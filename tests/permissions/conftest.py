"""One stage for all tests here: deployed, with data, tokens and a first model live, and every permission enforced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import http_connections
from tests.clone import Clone
from tests.permissions.enforced import EnforcedStage
from workflows.local.process import LocalAws

ROLLOUT = "    rollout=[Shift(0.5, seconds=2)],\n"


def give_a_canary(recipe: Path) -> None:
    """Else ShiftTraffic would not be called."""
    text = recipe.read_text()
    with_it = text.replace("Numeric, Recipe", "Numeric, Recipe, Shift").replace(
        "    thresholds=[", f"{ROLLOUT}    thresholds=["
    )
    assert with_it.count("Shift") == 2
    recipe.write_text(with_it)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnforcedStage]:
    """The stacks and the Chalice app, by `nightswap deploy`; two tokens; a first file of data."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    give_a_canary(clone.folder / "lambdas" / "recipes" / "kdd99_http.py")
    with LocalAws.start(clone.folder, short_port=0, enforce_permissions=True) as aws:
        stage = EnforcedStage(clone, aws)
        stage.command("deploy")
        stage.predict = stage.command("token", "add", "reader", "--scope", "predict")
        stage.operate = stage.command("token", "add", "operator", "--scope", "operate")
        night = http_connections.write(clone.folder / "night1.csv.gz", http_connections.rows())
        stage.command("data", "add", str(night))
        yield stage


@pytest.fixture(scope="session")
def first_run(deployed: EnforcedStage) -> dict[str, Any]:
    return deployed.retrain()


@pytest.fixture(scope="session")
def stage(deployed: EnforcedStage, first_run: dict[str, Any]) -> EnforcedStage:
    """The stage with a live model."""
    assert first_run["outcome"] == "Promoted", first_run
    return deployed


@pytest.fixture
def extra_file(stage: EnforcedStage, tmp_path: Path) -> Iterator[Path]:
    """A file for the data set, which is taken out of it again after the test."""
    file = tmp_path / "extra.csv"
    yield file
    stage.command("data", "remove", file.name)
