"""The machine of a stage whose recipes name SageMaker's own algorithms: that with SageMaker, and a state for each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.definition.mistakes import MISTAKES_IN_BUILT_INS, Mistake
from workflows.definitions.checker import problems
from workflows.definitions.functions import BUILT_INS as IMAGES
from workflows.definitions.rendering import BUILT_INS, SAGEMAKER, golden, rendered

ROOT = Path(__file__).parents[3]


def test_golden_definition_is_what_the_source_renders() -> None:
    assert rendered(ROOT, engine=BUILT_INS) == golden(BUILT_INS), "run `make render` and look at the difference"


def test_checker_and_statelint_find_nothing() -> None:
    assert problems(golden(BUILT_INS)) == []


def test_a_state_of_each_algorithm_and_one_way_to_it_are_all_that_it_has_more() -> None:
    machine = json.loads(golden(BUILT_INS))

    for name, image in IMAGES.items():
        added = machine["States"].pop(name)
        [rule] = [each for each in machine["States"]["HasNewData"]["Choices"] if each["Next"] == name]
        machine["States"]["HasNewData"]["Choices"].remove(rule)
        assert rule["StringEquals"] == name
        assert (added["Next"], added["Catch"][0]["Next"]) == ("Train", "RestoreAfterFailure")
        assert added["Parameters"]["AlgorithmSpecification"]["TrainingImage"] == image

    assert machine == json.loads(golden(SAGEMAKER))


@pytest.mark.parametrize("name", IMAGES)
def test_rows_are_text_that_the_instances_share(name: str) -> None:
    asked = json.loads(golden(BUILT_INS))["States"][name]["Parameters"]

    [channel] = asked["InputDataConfig"]
    source = channel["DataSource"]["S3DataSource"]
    assert (channel["ChannelName"], channel["ContentType"]) == ("train", "text/csv")
    assert (source["S3DataType"], source["S3DataDistributionType"]) == ("ManifestFile", "ShardedByS3Key")
    assert asked["ResourceConfig"]["InstanceCount.$"] == "$.preprocess.job.instances"
    assert asked["HyperParameters.$"] == "$.preprocess.job.hyperparameters"


def test_algorithm_that_can_go_on_leaves_checkpoints_where_the_job_of_the_run_may_write() -> None:
    states = json.loads(golden(BUILT_INS))["States"]

    assert states["TrainXGBoost"]["Parameters"]["CheckpointConfig"] == {"S3Uri.$": "$.preprocess.job.checkpoints_uri"}
    assert "CheckpointConfig" not in states["TrainLinearLearner"]["Parameters"]


@pytest.mark.parametrize("mistake", MISTAKES_IN_BUILT_INS, ids=lambda mistake: mistake.name)
def test_mistake_in_the_job_is_found(mistake: Mistake) -> None:
    assert problems(mistake.text())
