"""The machine of a stage whose recipes are tuned by SageMaker's tuner: that with SageMaker, and one state more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.definition.mistakes import MISTAKES_IN_A_SEARCH, Mistake
from workflows.definitions.checker import problems
from workflows.definitions.rendering import BOTH, BUILT_INS, ENDPOINT, FUNCTION, SAGEMAKER, TUNER, golden, rendered

ROOT = Path(__file__).parents[3]
STATE = "TuneOnSageMaker"


@pytest.mark.parametrize("target", [FUNCTION, ENDPOINT])
@pytest.mark.parametrize("engine", [TUNER, BOTH])
def test_golden_definition_is_what_the_source_renders(engine: str, target: str) -> None:
    committed = golden(engine, target)

    assert rendered(ROOT, engine=engine, target=target) == committed, "run `make render` and look at the difference"


@pytest.mark.parametrize("engine", [TUNER, BOTH])
def test_checker_and_statelint_find_nothing(engine: str) -> None:
    assert problems(golden(engine)) == []


@pytest.mark.parametrize("target", [FUNCTION, ENDPOINT])
@pytest.mark.parametrize(("engine", "without"), [(TUNER, SAGEMAKER), (BOTH, BUILT_INS)])
def test_one_state_and_one_way_to_it_are_all_that_it_has_more(engine: str, without: str, target: str) -> None:
    machine = json.loads(golden(engine, target))

    added = machine["States"].pop(STATE)
    [rule] = [each for each in machine["States"]["HasNewData"]["Choices"] if each["Next"] == STATE]
    machine["States"]["HasNewData"]["Choices"].remove(rule)

    assert machine == json.loads(golden(without, target))
    assert rule["StringEquals"] == STATE
    assert (added["Next"], added["Catch"][0]["Next"]) == ("Train", "RestoreAfterFailure")


def test_each_of_its_jobs_is_the_one_of_a_run_that_has_no_other() -> None:
    states = json.loads(golden(TUNER))["States"]
    search, alone = states[STATE]["Parameters"], states["TrainOnSageMaker"]["Parameters"]
    each = search["TrainingJobDefinition"]

    assert search["Tags"] == alone.pop("Tags")
    assert search["HyperParameterTuningJobName.$"] == alone.pop("TrainingJobName.$")
    assert each.pop("StaticHyperParameters") == alone.pop("HyperParameters")
    [metric] = each["AlgorithmSpecification"].pop("MetricDefinitions")
    assert metric == {"Name": "objective", "Regex": "nightswap objective: ([0-9.e-]+)"}
    assert each == alone


def test_nothing_in_it_changes_from_one_rendering_to_the_next() -> None:
    told = json.dumps(json.loads(golden(TUNER))["States"][STATE])

    assert [each for each in ("sagemaker_job_name", "sagemaker_region", "replaced") if each in told] == []


@pytest.mark.parametrize("mistake", MISTAKES_IN_A_SEARCH, ids=lambda mistake: mistake.name)
def test_mistake_in_the_search_is_found(mistake: Mistake) -> None:
    assert problems(mistake.text())
