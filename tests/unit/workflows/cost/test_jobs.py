"""What training jobs cost at most, before any starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.contracts.instances import INSTANCES
from lambdas import recipes
from lambdas.model.recipe import Continuous, LinearLearner, SageMaker, Tune
from workflows.cost.jobs import jobs, runs_a_month

NIGHTLY = "cron(0 3 * * ? *)"
LARGE = SageMaker(instance_type="ml.m5.4xlarge", max_runtime_seconds=1800)


def test_recipe_that_a_function_trains_has_no_job() -> None:
    assert list(jobs([recipes.load("kdd99-http")], schedule=NIGHTLY)) == []


def test_job_costs_at_most_its_longest_time_at_the_price_of_its_instance() -> None:
    recipe = replace(recipes.load("kdd99-http"), engine=LARGE)

    [job] = jobs([recipe], schedule=NIGHTLY)

    assert job.retrain_usd == pytest.approx(INSTANCES["ml.m5.4xlarge"] / 2)
    assert job.month_usd == pytest.approx(job.retrain_usd * 365.25 / 12)
    assert job.in_words() == (
        "kdd99-http is trained by a job of SageMaker, on one ml.m5.4xlarge for 1,800 s at most: $0.47 a retrain at"
        " most, and $14.04 a month at most, where each of 30.4 runs finds new data (list prices of us-east-1)"
    )


def test_spare_capacity_is_counted_at_its_full_price_and_says_so() -> None:
    recipe = replace(recipes.load("kdd99-http"), engine=replace(LARGE, spot=True))

    [job] = jobs([recipe], schedule=NIGHTLY)

    assert "on one ml.m5.4xlarge of spare capacity, at most for its full price for 1,800 s" in job.in_words()
    assert job.retrain_usd == pytest.approx(INSTANCES["ml.m5.4xlarge"] / 2)


def test_several_instances_cost_as_many_times() -> None:
    recipe = replace(recipes.load("kdd99-http"), estimator=LinearLearner(), engine=replace(LARGE, instances=3))

    [job] = jobs([recipe], schedule=NIGHTLY)

    assert "on 3 ml.m5.4xlarge for 1,800 s" in job.in_words()
    assert job.retrain_usd == pytest.approx(3 * INSTANCES["ml.m5.4xlarge"] / 2)


def test_search_costs_as_much_as_all_of_its_jobs() -> None:
    tune = Tune({"logisticregression__C": Continuous(0.1, 1)}, jobs=10)
    recipe = replace(recipes.load("kdd99-http"), engine=replace(LARGE, tuner=True), tune=tune)

    [found] = jobs([recipe], schedule=NIGHTLY)

    assert found.retrain_usd == pytest.approx(10 * INSTANCES["ml.m5.4xlarge"] / 2)
    assert (
        "is tuned by 10 jobs of SageMaker, each on one ml.m5.4xlarge for 1,800 s at most: $4.61 a" in found.in_words()
    )
    [alone] = jobs([replace(recipe, engine=LARGE)], schedule=NIGHTLY)
    assert alone.jobs == 1
    assert alone.retrain_usd == pytest.approx(INSTANCES["ml.m5.4xlarge"] / 2)


def test_search_of_sagemakers_own_algorithm_costs_all_instances_of_all_of_its_jobs() -> None:
    tune = Tune({"l1": Continuous(0.001, 0.1)}, jobs=10)
    engine = replace(LARGE, tuner=True, instances=3)
    recipe = replace(recipes.load("kdd99-http"), estimator=LinearLearner(), engine=engine, tune=tune)

    [found] = jobs([recipe], schedule=NIGHTLY)

    assert found.retrain_usd == pytest.approx(10 * 3 * INSTANCES["ml.m5.4xlarge"] / 2)
    assert "is tuned by 10 jobs of SageMaker, each on 3 ml.m5.4xlarge for 1,800 s at most: $13.83" in found.in_words()


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("rate(1 day)", 30.4375),
        ("rate(30 minutes)", 2 * 24 * 30.4375),
        ("rate(7 days)", 30.4375 / 7),
        ("cron(0 20-2 ? * MON-FRI *)", 7 * 30.4375 * 5 / 7),
        ("cron(0/15 * * * ? *)", 4 * 24 * 30.4375),
        ("cron(0 3 L * ? *)", 1),
        ("cron(0 3 ? * MON#2 *)", 1),
        ("cron(0 3 ? * L *)", 30.4375 / 7),
        ("cron(0 3 ? * 6L *)", 1),
        ("cron(0 3 1 1,7 ? 2027)", 2 / 12),
    ],
)
def test_runs_of_a_month_are_those_of_the_schedule(schedule: str, runs: float) -> None:
    assert runs_a_month(schedule) == pytest.approx(runs)
