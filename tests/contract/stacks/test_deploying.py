"""All phases of a deployment on the local AWS, Chalice's own command included."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import names
from tests.clone import ROOT, Clone
from workflows.deploying.deploy import Deployed, deploy
from workflows.deploying.progress import Step
from workflows.local.environment import clean
from workflows.local.process import LocalAws

MODEL = "kdd99-http"


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of its own, in an environment that knows no other."""
    before = dict(os.environ)
    with LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as started:
        os.environ.clear()
        os.environ.update(clean(before, endpoint=started.endpoint))
        yield started
    os.environ.clear()
    os.environ.update(before)


class Project:
    """A clone that is deployed as stage `local`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.steps: list[Step] = []

    def deploy(self, *, models: tuple[str, ...] = (MODEL,)) -> Deployed:
        self.steps.clear()
        return deploy("local", session=boto3.Session(), root=self.root, models=models, report=self.steps.append)

    def statuses(self, phase: str) -> list[str]:
        return [step.status for step in self.steps if step.phase == phase]


@pytest.fixture(scope="module")
def project(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Project:
    clone = Project(Clone(tmp_path_factory.mktemp("clone")).folder)
    clone.deploy()
    return clone


def client(service: Any) -> Any:
    return boto3.client(service)


def test_second_deployment_changes_nothing(project: Project) -> None:
    first = project.deploy()

    second = project.deploy()

    assert second == first
    assert project.statuses("nightswap-local-data") == ["unchanged"]
    assert project.statuses("nightswap-local") == ["unchanged"]
    assert set(project.statuses("upload")) == {"there already"}


def test_everything_carries_the_tags_of_its_stage(project: Project) -> None:
    function = client("lambda").get_function(FunctionName=names.task_function("local", "train"))
    app = client("lambda").get_function(FunctionName="nightswap-local")

    for tagged in (function, app):
        assert tagged["Tags"].items() >= {"nightswap:app": "nightswap", "nightswap:stage": "local"}.items()


def test_update_of_the_stack_leaves_alias_and_published_version_alone(project: Project) -> None:
    function = names.serving_function("local", MODEL)
    serving = client("lambda")
    published = serving.publish_version(FunctionName=function)["Version"]
    alias = serving.create_alias(FunctionName=function, Name=names.LIVE, FunctionVersion=published)

    project.deploy(models=(MODEL, "another"))

    assert "UPDATE_COMPLETE" in project.statuses("nightswap-local")
    assert serving.get_alias(FunctionName=function, Name=names.LIVE)["RevisionId"] == alias["RevisionId"]
    assert serving.get_function_configuration(FunctionName=names.serving_function("local", "another"))


def test_interrupted_creation_is_continued(project: Project) -> None:
    cloudformation = client("cloudformation")
    cloudformation.delete_stack(StackName="nightswap-local")
    cloudformation.create_change_set(
        StackName="nightswap-local",
        ChangeSetName="left-by-an-interruption",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}',
    )

    project.deploy()

    assert project.statuses("nightswap-local")[-1] == "CREATE_COMPLETE"


def test_kept_bucket_and_tokens_are_adopted_with_their_content(project: Project) -> None:
    bucket = project.deploy().bucket
    client("s3").put_object(Bucket=bucket, Key="datasets/kdd99-http/first.csv", Body=b"a,b\n")
    client("ssm").put_parameter(Name="/nightswap/local/tokens", Value='{"tokens": [1]}', Overwrite=True)
    client("cloudformation").delete_stack(StackName="nightswap-local-data")

    project.deploy()

    assert project.statuses("nightswap-local-data")[-1] == "CREATE_COMPLETE"
    assert client("s3").get_object(Bucket=bucket, Key="datasets/kdd99-http/first.csv")["Body"].read() == b"a,b\n"
    assert client("ssm").get_parameter(Name="/nightswap/local/tokens")["Parameter"]["Value"] == '{"tokens": [1]}'


def test_stopped_execution_makes_the_rule_record_its_end(project: Project) -> None:
    bucket = project.deploy().bucket
    store = client("s3")
    store.put_object(Bucket=bucket, Key="runs/a-run/request.json", Body=b'{"model": "kdd99-http"}')
    machine = client("stepfunctions").list_state_machines()["stateMachines"][0]["stateMachineArn"]

    started = client("stepfunctions").start_execution(stateMachineArn=machine, name="a-run", input='{"not": "ours"}')

    outcome = _eventually(lambda: store.get_object(Bucket=bucket, Key="runs/a-run/outcome.json")["Body"].read())
    assert started["executionArn"].endswith(":a-run")
    assert b'"RetrainFailed"' in outcome


def _eventually(ask: Any) -> Any:
    deadline = time.monotonic() + 20
    while True:
        try:
            return ask()
        except ClientError:
            assert time.monotonic() < deadline, "it did not happen within 20 s"
            time.sleep(0.05)
