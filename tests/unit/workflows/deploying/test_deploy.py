"""Refusals before anything is made, and the templates as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from workflows.deploying.deploy import deploy

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
ROOT = Path(__file__).parents[4]


def attempt(stage: str, *, region: str | None, environ: Mapping[str, str]) -> None:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)
    deploy(stage, session=session, root=ROOT, models=["a-model"], report=lambda _: None, environ=environ)


@pytest.mark.parametrize("stage", ["Prod", "pre-prod", "", "averylongstage"])
def test_illegal_stage_is_refused(stage: str) -> None:
    with pytest.raises(DeploymentFailed, match="is no name of a stage"):
        attempt(stage, region="eu-west-1", environ={})


def test_missing_region_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(DeploymentFailed, match="set AWS_DEFAULT_REGION"):
        attempt("local", region=None, environ={})


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_region_of_another_partition_is_refused_before_anything_is_asked(region: str) -> None:
    with pytest.raises(DeploymentFailed, match=rf"^AWS region is {region}, in AWS's partition aws-.*eu-west-1$"):
        attempt("local", region=region, environ={})


def test_region_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DeploymentFailed, match="AWS region is 'mars-1', and no AWS region that has Lambda"):
        attempt("local", region="mars-1", environ={})
