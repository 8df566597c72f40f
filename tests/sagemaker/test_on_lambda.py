"""The machine of a stage without SageMaker on the second engine: what it decides is no habit of the local AWS."""

from __future__ import annotations

import json

import pytest

from tests import http_connections
from tests.sagemaker.stage import Stage, is_deployed_from
from workflows.definitions.rendering import golden


@pytest.fixture(scope="module")
def promoted(on_lambda: Stage) -> Stage:
    """The first night is behind it: version 1 is live."""
    on_lambda.promoted()
    assert on_lambda.live["model_version"] == 1
    return on_lambda


def test_definition_is_the_committed_one_with_the_names_of_the_stage(on_lambda: Stage) -> None:
    assert is_deployed_from(golden(), on_lambda.definition)
    assert "sagemaker" not in on_lambda.definition


def test_nothing_new_ends_at_once(promoted: Stage) -> None:
    run = promoted.retrain()

    assert run["outcome"] == "NothingNew"
    assert promoted.states(run["run"]) == ["RestoreAlias", "Preprocess", "HasNewData", "NothingNew"]


def test_model_that_fails_the_gate_is_rejected_and_changes_nothing(promoted: Stage) -> None:
    bad = http_connections.write(promoted.clone.folder / "bad.csv", http_connections.noise())
    promoted.command("data", "add", str(bad))
    before = promoted.live

    run = promoted.retrain()

    promoted.command("data", "remove", bad.name)
    assert run["outcome"] == "ModelRejected", json.dumps(run, indent=1)
    assert promoted.states(run["run"])[-3:] == ["Evaluate", "PassesThresholds", "ModelRejected"]
    assert promoted.live == before


def test_next_model_takes_over_share_by_share(promoted: Stage) -> None:
    more = http_connections.write(promoted.clone.folder / "night2.csv", http_connections.rows(seed=5))
    promoted.command("data", "add", str(more))

    run = promoted.retrain()

    states = promoted.states(run["run"])
    assert run["outcome"] == "Promoted", json.dumps(run, indent=1)
    assert promoted.live["model_version"] == 2
    assert states[states.index("ShiftTraffic") :][:4] == ["ShiftTraffic", "GoesOn", "Bake", "ShiftTraffic"]
    assert states[-3:] == ["SwapAlias", "IsLive", "Promoted"]
