from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import names
from chalicelib.names import MODEL_NAME, STAGE_NAME, Names

PROD = Names(stage="prod", account="123456789012", region="eu-west-1")
LONGEST_REGION = "ap-southeast-99"
stages = st.from_regex(STAGE_NAME.pattern, fullmatch=True)
models = st.from_regex(MODEL_NAME.pattern, fullmatch=True)


@given(stages, models)
def test_every_name_is_one_that_aws_takes(stage: str, model: str) -> None:
    here = Names(stage=stage, account="123456789012", region=LONGEST_REGION)

    assert re.fullmatch(r"[a-z0-9-]{3,63}", here.bucket)
    for function in (here.serving_function(model), *map(here.task_function, names.TASKS)):
        assert re.fullmatch(r"[A-Za-z0-9-_]{1,64}", function)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", here.stack)
    assert len(here.state_machine) <= 80


@given(stages, models)
def test_model_is_told_from_its_functions_name(stage: str, model: str) -> None:
    function = names.serving_function(stage, model)

    assert function.removeprefix(names.serving_prefix(stage)) == model


@given(stages)
def test_stage_is_told_from_its_buckets_name(stage: str) -> None:
    bucket = Names(stage=stage, account="123456789012", region=LONGEST_REGION).bucket

    assert names.stage_of_bucket(bucket) == stage


@given(stages, stages, models)
def test_functions_of_one_stage_are_never_taken_for_anothers(stage: str, other: str, model: str) -> None:
    taken = names.serving_function(stage, model).startswith(names.serving_prefix(other))

    assert taken == (stage == other)


def test_resources_are_named_by_app_and_stage() -> None:
    assert (PROD.data_stack, PROD.stack, PROD.state_machine) == (
        "nightswap-prod-data",
        "nightswap-prod",
        "nightswap-prod-retrain",
    )
    assert PROD.task_function("swap-alias") == "nightswap-prod-swap-alias"
    assert names.token_parameter("prod") == "/nightswap/prod/tokens"


def test_account_and_region_are_read_from_a_functions_arn() -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod-train:7"

    assert Names.from_function_arn(arn, stage="prod") == PROD


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")],
)
def test_arns_are_of_the_regions_partition(region: str, partition: str) -> None:
    here = Names(stage="prod", account="1", region=region)

    assert here.state_machine_arn == f"arn:{partition}:states:{region}:1:stateMachine:nightswap-prod-retrain"
    assert here.execution_arn("run") == f"arn:{partition}:states:{region}:1:execution:nightswap-prod-retrain:run"


@pytest.mark.parametrize("name", ["", "1st", "-a", "A", "a_b", "a" * 25, "a.b", "a\n"])
def test_bad_names_of_models(name: str) -> None:
    assert not MODEL_NAME.fullmatch(name)
