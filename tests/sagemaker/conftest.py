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

SEARCH = """    engine=SageMaker(max_runtime_seconds=600, tuner=True),
    tune=Tune({"max_depth": Integer(1, 9), "criterion": OneOf("gini", "entropy")}, jobs=4, parallel=2),
"""
BY_THE_TUNER = {
    "Numeric, Recipe": "Integer, Numeric, OneOf, Recipe, SageMaker, Tune",
    "from sklearn.linear_model import LogisticRegression": "from sklearn.tree import DecisionTreeClassifier",
    "make_pipeline(StandardScaler(), LogisticRegression())": "DecisionTreeClassifier(random_state=0)",
    "    from sklearn.pipeline import make_pipeline\n": "",
    "    from sklearn.preprocessing import StandardScaler\n": "",
    "bound=0.98": "bound=0.9",
    "bound=0.95": "bound=0.9",
    "bound=0.001": "bound=0.1",
    "    thresholds=[": f"{SEARCH}    thresholds=[",
}
"""A tree, whose depth its rows ask for."""

ON_ENDPOINTS = {
    "Numeric, Recipe": "Endpoint, Numeric, Recipe, Shift",
    "    thresholds=[": f"    target=Endpoint(max_instances=2, idle_hours=36),\n{CANARY}    thresholds=[",
}
IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/nightswap:1"


TUNED_BUILT_IN = """    engine=SageMaker(instance_type="ml.m5.xlarge", max_runtime_seconds=600, tuner=True),
    tune=Tune(
        {"l1": Continuous(1e-6, 1, scale="log"), "wd": Continuous(1e-7, 1e-3, scale="log")},
        jobs=4,
        parallel=2,
        strategy="bayesian",
        early_stopping=True,
    ),
"""
BY_TUNED_LINEAR_LEARNER = {
    "Columns, Numeric, Recipe": "Continuous, LinearLearner, Numeric, Recipe, SageMaker, Tune",
    "estimator=estimator": "estimator=LinearLearner(epochs=20, l1=0.5)",
    """def estimator(_: Columns) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())


""": "",
    "    thresholds=[": f"{TUNED_BUILT_IN}    thresholds=[",
}
"""Whose penalty its rows ask for: the largest of its range leaves no weight."""


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


@pytest.fixture(scope="module")
def by_the_tuner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage_of(tmp_path_factory.mktemp("tuner"), recipe=BY_THE_TUNER) as stage:
        yield stage


@pytest.fixture(scope="module")
def on_endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("endpoints")
    with stage_of(folder, recipe=ON_ENDPOINTS, NIGHTSWAP_ENDPOINT_IMAGE=IMAGE) as stage:
        yield stage


@pytest.fixture(scope="module")
def by_tuned_linear_learner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage_of(tmp_path_factory.mktemp("linear-learner"), recipe=BY_TUNED_LINEAR_LEARNER) as stage:
        yield stage
