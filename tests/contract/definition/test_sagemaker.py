"""The machine of a stage that trains on SageMaker too: the other machine, and one state more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.definition.mistakes import MISTAKES_ON_SAGEMAKER, Mistake
from workflows.definitions.checker import problems
from workflows.definitions.rendering import SAGEMAKER, golden, rendered

ROOT = Path(__file__).parents[3]
STATES = json.loads(golden(SAGEMAKER))["States"]


def test_golden_definition_is_what_the_source_renders() -> None:
    assert rendered(ROOT, engine=SAGEMAKER) == golden(SAGEMAKER), "run `make render` and look at the difference"


def test_checker_and_statelint_find_nothing() -> None:
    assert problems(golden(SAGEMAKER)) == []


def test_one_state_and_one_way_to_it_are_all_that_it_has_more() -> None:
    machine = json.loads(golden(SAGEMAKER))

    added = machine["States"].pop("TrainOnSageMaker")
    [rule] = [each for each in machine["States"]["HasNewData"]["Choices"] if each["Next"] == "TrainOnSageMaker"]
    machine["States"]["HasNewData"]["Choices"].remove(rule)

    assert machine == json.loads(golden())
    assert rule["StringEquals"] == "TrainOnSageMaker"
    assert (added["Next"], added["Catch"][0]["Next"]) == ("Train", "RestoreAfterFailure")


def test_nothing_in_it_changes_from_one_rendering_to_the_next() -> None:
    told = json.dumps(STATES["TrainOnSageMaker"])

    assert not {"sagemaker_job_name", "sagemaker_region", "DebugHookConfig", "ProfilerConfig"} & {
        word
        for word in ("sagemaker_job_name", "sagemaker_region", "DebugHookConfig", "ProfilerConfig")
        if word in told
    }


@pytest.mark.parametrize("mistake", MISTAKES_ON_SAGEMAKER, ids=lambda mistake: mistake.name)
def test_mistake_in_the_job_is_found(mistake: Mistake) -> None:
    assert problems(mistake.text())
