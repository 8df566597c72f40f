"""One stage for each engine, with nothing live yet. The tests of a file go on from one another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.given import local_aws
from tests.sagemaker.stage import Stage, stage_of

collect_ignore = ["adapter"]
"""It runs in an environment of its own, where alone there is moto."""
ENGINE = '    engine=SageMaker(instance_type="ml.m5.xlarge", max_runtime_seconds=600, spot=True),\n'
ON_SAGEMAKER = {"Numeric, Recipe": "Numeric, Recipe, SageMaker", "    thresholds=[": f"{ENGINE}    thresholds=["}
CANARY = "    rollout=[Shift(0.5, seconds=2)],\n"
ON_LAMBDA = {"Numeric, Recipe": "Numeric, Recipe, Shift", "    thresholds=[": f"{CANARY}    thresholds=["}


@pytest.fixture(scope="session", autouse=True)
def no_real_account() -> Iterator[None]:
    with local_aws.reached_alone():
        yield


@pytest.fixture(scope="module")
def on_sagemaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage_of(tmp_path_factory.mktemp("sagemaker"), recipe=ON_SAGEMAKER) as stage:
        yield stage


@pytest.fixture(scope="module")
def on_lambda(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage_of(tmp_path_factory.mktemp("lambda"), recipe=ON_LAMBDA) as stage:
        yield stage
