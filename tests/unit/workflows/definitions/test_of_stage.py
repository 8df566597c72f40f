"""What a stage says of training jobs and endpoints is in the definition that is deployed, and SageMaker takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings.stage import StageSettings
from tests.clone import ROOT
from workflows.definitions.checker import problems
from workflows.definitions.checks import machines
from workflows.definitions.of_stage import CREATES, for_stage
from workflows.definitions.rendering import (
    BOTH,
    BUILT_INS,
    ENDPOINT,
    FUNCTION,
    LAMBDA,
    SAGEMAKER,
    TRANSFORM,
    TUNER,
    golden,
)
from workflows.deploying.cloudformation.uploads import definition_for, transform_definition_for
from workflows.packaging.needs import NOTHING, Needs

TAGS = {"nightswap:app": "nightswap", "nightswap:stage": "prod"}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
TOLD = StageSettings(training_network="subnet-0123abcd subnet-4567cdef sg-89ab0123", training_key=KEY)
SAID = json.dumps("sg-89ab0123")
ENGINES = (SAGEMAKER, BUILT_INS, TUNER, BOTH)


def jobs(definition: str) -> dict[str, dict[str, Any]]:
    """The parameters of every state that starts one, or a search: of that what each of its jobs has, and its tags."""
    found: Mapping[str, Any] = json.loads(definition)["States"]
    asked = {name: each["Parameters"] for name, each in found.items() if CREATES in each.get("Resource", "")}
    return {name: each | each.get("TrainingJobDefinition", {}) for name, each in asked.items()}


@pytest.mark.parametrize("target", [FUNCTION, ENDPOINT])
@pytest.mark.parametrize("engine", [LAMBDA, *ENGINES])
def test_stage_that_says_nothing_has_the_committed_definition(engine: str, target: str) -> None:
    assert for_stage(golden(engine, target), settings=StageSettings(), tags=TAGS) == golden(engine, target)


def test_definition_without_jobs_stays_as_it_is_whatever_the_stage_says() -> None:
    assert for_stage(golden(), settings=TOLD, tags={**TAGS, "team": "a"}) == golden()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_job_has_network_key_and_tags_of_the_stage_and_is_one_that_sagemaker_takes(engine: str) -> None:
    definition = for_stage(golden(engine), settings=TOLD, tags={**TAGS, "team": "a"})

    assert problems(definition) == []
    assert jobs(definition).keys() == jobs(golden(engine)).keys() != set()
    for name, job in jobs(definition).items():
        before = jobs(golden(engine))[name]
        assert job["VpcConfig"] == {
            "SecurityGroupIds": ["sg-89ab0123"],
            "Subnets": ["subnet-0123abcd", "subnet-4567cdef"],
        }
        assert job["ResourceConfig"] == {**before["ResourceConfig"], "VolumeKmsKeyId": KEY}
        assert job["OutputDataConfig"] == {**before["OutputDataConfig"], "KmsKeyId": KEY}
        assert job["Tags"] == [
            {"Key": "nightswap:app", "Value": "nightswap"},
            {"Key": "nightswap:stage", "Value": "${Stage}"},
            {"Key": "team", "Value": "a"},
        ]


HOSTED = StageSettings(endpoint_network="subnet-0123abcd subnet-4567cdef sg-89ab0123", endpoint_key=KEY)


def made(definition: str) -> dict[str, dict[str, Any]]:
    """The parameters of every state that makes something at SageMaker."""
    found: Mapping[str, Any] = json.loads(definition)["States"]
    return {name: each["Parameters"] for name, each in found.items() if CREATES in each.get("Resource", "")}


def test_model_has_the_network_and_configuration_the_key_of_the_stage_and_sagemaker_takes_both() -> None:
    definition = for_stage(golden(LAMBDA, ENDPOINT), settings=HOSTED, tags=TAGS)

    assert problems(definition) == []
    before, after = made(golden(LAMBDA, ENDPOINT)), made(definition)
    network = {"SecurityGroupIds": ["sg-89ab0123"], "Subnets": ["subnet-0123abcd", "subnet-4567cdef"]}
    assert after == {
        "CreateModel": {**before["CreateModel"], "VpcConfig": network},
        "CreateEndpointConfig": {**before["CreateEndpointConfig"], "KmsKeyId": KEY},
        "CreateEndpoint": before["CreateEndpoint"],
    }


def test_transform_has_the_key_of_endpoints_and_the_tags_of_the_stage_and_sagemaker_takes_both() -> None:
    """Its network is that of the model."""
    definition = for_stage(golden(TRANSFORM), settings=HOSTED, tags={**TAGS, "team": "a"})

    assert problems(definition, machine=machines.TRANSFORM) == []
    before, after = (made(each)["Transform"] for each in (golden(TRANSFORM), definition))
    assert after == {
        **before,
        "TransformResources": {**before["TransformResources"], "VolumeKmsKeyId": KEY},
        "TransformOutput": {**before["TransformOutput"], "KmsKeyId": KEY},
        "Tags": [*before["Tags"], {"Key": "team", "Value": "a"}],
    }
    assert for_stage(golden(TRANSFORM), settings=TOLD, tags=TAGS) == golden(TRANSFORM)


@pytest.mark.parametrize("engine", ENGINES)
def test_endpoints_have_nothing_of_the_jobs_nor_jobs_of_the_endpoints(engine: str) -> None:
    both = golden(engine, ENDPOINT)
    named = ("CreateModel", "CreateEndpointConfig", "CreateEndpoint")

    of_jobs = made(for_stage(both, settings=TOLD, tags=TAGS))
    of_endpoints = made(for_stage(both, settings=HOSTED, tags=TAGS))

    assert [of_jobs[each] for each in named] == [made(both)[each] for each in named]
    assert {name for name, each in of_endpoints.items() if each != made(both)[name]} == {*named[:2]}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"SecurityGroupIds": [', '"SecurityGroups": ['),
        ('"Subnets": [', '"SubnetIds": ['),
        (SAID, "7"),
        (f'"KmsKeyId": "{KEY}"', '"KmsKeyId": "a key"'),
        (f'"KmsKeyId": "{KEY}"', f'"VolumeKmsKeyId": "{KEY}"'),
    ],
)
def test_mistake_in_what_the_stage_says_of_endpoints_is_found(right: str, wrong: str) -> None:
    definition = for_stage(golden(LAMBDA, ENDPOINT), settings=HOSTED, tags=TAGS)
    assert right in definition

    assert problems(definition.replace(right, wrong)) != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"SecurityGroupIds": [', '"SecurityGroups": ['),
        (SAID, '"sg_89ab0123"'),
        (SAID, "7"),
        (f'"VolumeKmsKeyId": "{KEY}"', '"VolumeKmsKeyId": "a key"'),
        (f'"KmsKeyId": "{KEY}"', '"KMSKeyId": "a-key"'),
        ('"Value": "a"', '"Value": 7'),
    ],
)
def test_mistake_in_what_the_stage_says_is_found(right: str, wrong: str) -> None:
    definition = for_stage(golden(SAGEMAKER), settings=TOLD, tags={**TAGS, "team": "a"})
    assert right in definition

    assert problems(definition.replace(right, wrong)) != []


def config(root: Path, **tags: str) -> None:
    """A project whose stage prod has these tags, with the committed definitions."""
    (root / ".chalice").mkdir()
    entry = {"environment_variables": {"NIGHTSWAP_STAGE": "prod"}, "tags": {**TAGS, **tags}}
    (root / ".chalice/config.json").write_text(json.dumps({"stages": {"prod": entry}}))
    (root / "workflows").symlink_to(ROOT / "workflows")


@pytest.mark.parametrize(
    ("needs", "engine"),
    [
        (NOTHING, LAMBDA),
        (Needs(on_sagemaker=("m",)), SAGEMAKER),
        (Needs(on_sagemaker=("m",), by_built_ins=("m",)), BUILT_INS),
        (Needs(on_sagemaker=("m",), by_tuner=("m",)), TUNER),
        (Needs(on_sagemaker=("m", "n"), by_built_ins=("n",), by_tuner=("m",)), BOTH),
    ],
)
def test_what_is_deployed_is_the_machine_of_the_engine_with_the_tags_of_the_stage(
    needs: Needs, engine: str, tmp_path: Path
) -> None:
    config(tmp_path, team="a")

    found = definition_for(tmp_path, needs, stage="prod", settings=StageSettings())

    assert found == for_stage(golden(engine), settings=StageSettings(), tags={**TAGS, "team": "a"})
    assert ('"team"' in found) is (engine != LAMBDA)


def test_machine_that_transforms_is_that_of_a_stage_with_endpoints(tmp_path: Path) -> None:
    config(tmp_path, team="a")

    def found(needs: Needs) -> str | None:
        return transform_definition_for(tmp_path, needs, stage="prod", settings=HOSTED)

    assert found(NOTHING) is None
    assert found(Needs(endpoints=("m",))) == for_stage(golden(TRANSFORM), settings=HOSTED, tags={**TAGS, "team": "a"})
