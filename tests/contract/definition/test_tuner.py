"""The machine of a stage whose recipes are tuned by SageMaker's tuner: that with SageMaker, and one state more; with
SageMaker's own algorithms two more, in which it searches these."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.definition.mistakes import MISTAKES_IN_A_SEARCH, MISTAKES_IN_A_SEARCH_OF_BUILT_INS, Mistake
from workflows.definitions.checker import problems
from workflows.definitions.functions import TUNED_BUILT_INS
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
@pytest.mark.parametrize(
    ("engine", "without", "states"), [(TUNER, SAGEMAKER, [STATE]), (BOTH, BUILT_INS, [STATE, *TUNED_BUILT_INS])]
)
def test_a_state_for_each_search_and_one_way_to_it_are_all_that_it_has_more(
    engine: str, without: str, states: list[str], target: str
) -> None:
    machine = json.loads(golden(engine, target))

    for state in states:
        added = machine["States"].pop(state)
        [rule] = [each for each in machine["States"]["HasNewData"]["Choices"] if each["Next"] == state]
        machine["States"]["HasNewData"]["Choices"].remove(rule)
        assert rule["StringEquals"] == state
        assert (added["Next"], added["Catch"][0]["Next"]) == ("Train", "RestoreAfterFailure")

    assert machine == json.loads(golden(without, target))


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


@pytest.mark.parametrize("state", TUNED_BUILT_INS)
def test_each_job_of_an_algorithm_is_the_one_of_a_run_without_a_search_but_for_a_channel_and_checkpoints(
    state: str,
) -> None:
    states = json.loads(golden(BOTH))["States"]
    search, alone = states[state]["Parameters"], states[state.replace("Tune", "Train")]["Parameters"]
    each = search["TrainingJobDefinition"]

    assert search["Tags"] == alone.pop("Tags")
    assert search["HyperParameterTuningJobName.$"] == alone.pop("TrainingJobName.$")
    assert each.pop("StaticHyperParameters.$") == alone.pop("HyperParameters.$")
    alone.pop("CheckpointConfig", None)
    validation = each["InputDataConfig"].pop()
    source = validation["DataSource"]["S3DataSource"]
    assert (validation["ChannelName"], validation["ContentType"]) == ("validation", "text/csv")
    assert source == {
        "S3DataType": "ManifestFile",
        "S3Uri.$": "$.preprocess.job.validation_uri",
        "S3DataDistributionType": "FullyReplicated",
    }
    assert each == alone
    assert set(each["AlgorithmSpecification"]) == {"TrainingImage", "TrainingInputMode"}


@pytest.mark.parametrize("state", [STATE, *TUNED_BUILT_INS])
def test_nothing_in_it_changes_from_one_rendering_to_the_next(state: str) -> None:
    told = json.dumps(json.loads(golden(BOTH))["States"][state])

    assert [each for each in ("sagemaker_job_name", "sagemaker_region", "replaced") if each in told] == []


@pytest.mark.parametrize(
    "mistake", (*MISTAKES_IN_A_SEARCH, *MISTAKES_IN_A_SEARCH_OF_BUILT_INS), ids=lambda mistake: mistake.name
)
def test_mistake_in_the_search_is_found(mistake: Mistake) -> None:
    assert problems(mistake.text())
