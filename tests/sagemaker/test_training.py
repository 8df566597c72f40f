"""A run of the SageMaker engine on the second state machine: the job trains, and all goes on as always."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sagemaker.stage import FIRST_NIGHT, Stage, is_deployed_from
from workflows.definitions.rendering import SAGEMAKER, golden


def test_definition_is_the_committed_one_with_the_names_of_the_stage(on_sagemaker: Stage) -> None:
    assert is_deployed_from(golden(SAGEMAKER), on_sagemaker.definition)


def test_first_night_is_trained_by_a_job_and_promoted(on_sagemaker: Stage) -> None:
    run = on_sagemaker.promoted()

    assert on_sagemaker.states(run["run"])[:5] == [
        "RestoreAlias",
        "Preprocess",
        "HasNewData",
        "TrainOnSageMaker",
        "Train",
    ]
    assert on_sagemaker.live["model_version"] == 1


@pytest.mark.real_data
def test_kdd99_http_ends_with_its_known_matrix(on_sagemaker: Stage) -> None:
    """That of a training on Lambda: tests/unit/lambdas/model/data/test_real_data.py."""
    on_sagemaker.command("data", "remove", FIRST_NIGHT)
    on_sagemaker.command("data", "add", str(Path(os.environ["NIGHTSWAP_TEST_DATA"], "kdd_http.csv.gz")))

    run = on_sagemaker.retrain()

    assert run["outcome"] == "Promoted", run
    assert "TrainOnSageMaker" in on_sagemaker.states(run["run"])
    assert on_sagemaker.report(run)["matrix"] == [[113_058, 0], [4, 438]]
