"""All phases of a deployment on the local AWS, Chalice's own command included."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import names
from chalicelib.api import access
from chalicelib.aws.object_store import BucketStore
from chalicelib.errors import DeploymentFailed
from tests.clone import ROOT, Clone
from tests.contract.stacks.golden_templates import templates
from tests.given.local_aws import reached_alone
from workflows.definitions.rendering import golden_file
from workflows.deploying import release
from workflows.deploying.deploy import Deployed, deploy
from workflows.deploying.progress import Step
from workflows.doctor.account.online import examine_online
from workflows.doctor.finding import Severity
from workflows.local.process import LocalAws

MODEL = "kdd99-http"
HERE = "us-east-1:000000000000"
DATA_STACK = "nightswap-local-data"
TAGS = {"nightswap:app": "nightswap", "nightswap:stage": "local"}


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of its own, in an environment that knows no other."""
    with (
        LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as started,
        reached_alone(started.endpoint),
    ):
        yield started


class Project:
    """A clone that is deployed as stage `local`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.steps: list[Step] = []

    def deploy(
        self,
        *,
        models: tuple[str, ...] = (MODEL,),
        session: boto3.Session | None = None,
        later: timedelta = timedelta(),
    ) -> Deployed:
        self.steps.clear()
        return deploy(
            "local",
            session=session or boto3.Session(),
            root=self.root,
            models=models,
            report=self.steps.append,
            clock=lambda: datetime.now(UTC) + later,
        )

    def set(self, variable: str, value: str) -> None:
        """Change a setting of the stage, as a user would."""
        file = self.root / ".chalice" / "config.json"
        config = json.loads(file.read_bytes())
        config["stages"]["local"]["environment_variables"][variable] = value
        file.write_text(json.dumps(config))

    def change_task_code(self) -> None:
        file = self.root / "lambdas" / "train.py"
        file.write_text(file.read_text() + "\n")

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


def test_builds_that_the_stack_names_stay_and_older_ones_go_after_a_deployment(project: Project) -> None:
    store = BucketStore(client("s3"), bucket=project.deploy().bucket)
    before = {each.key for each in store.list("deploy/")}
    project.change_task_code()

    project.deploy(later=timedelta(days=2))

    after = {each.key for each in store.list("deploy/")}
    assert (len(before - after), len(after - before)) == (1, 1)
    assert project.statuses("upload")[-1] == "deleted"
    project.deploy(later=timedelta(days=2))
    assert set(project.statuses("upload")) == {"there already"}


def test_definition_templates_and_states_are_what_aws_takes_them_for(project: Project) -> None:
    name = names.Names(stage="local", account="000000000000", region="us-east-1")
    made = templates(name, models=(MODEL,))
    small = {stack: json.dumps(each, separators=(",", ":")) for stack, each in made.items()}
    definition = golden_file().read_text()

    found = list(examine_online(client, name, definition=definition, templates=small))

    assert [(each.where, each.severity) for each in found] == [
        (where, Severity.OK)
        for where in ("template of nightswap-local-data", "template of nightswap-local", "definition", "states")
    ]


def test_everything_carries_the_tags_of_its_stage(project: Project) -> None:
    function = client("lambda").get_function(FunctionName=names.task_function("local", "train"))
    app = client("lambda").get_function(FunctionName="nightswap-local")

    for tagged in (function, app):
        assert tagged["Tags"].items() >= TAGS.items()
    for prefix in ("/aws/lambda/nightswap-local", "/aws/lambda/nightswap-local-train"):
        group = client("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"][0]
        tags = client("logs").list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
        assert tags.items() >= TAGS.items()
    topic = f"arn:aws:sns:{HERE}:nightswap-local-alerts"
    alarm = f"arn:aws:cloudwatch:{HERE}:alarm:nightswap-local-run-failed"
    for tags in (
        client("sns").list_tags_for_resource(ResourceArn=topic)["Tags"],
        client("cloudwatch").list_tags_for_resource(ResourceARN=alarm)["Tags"],
    ):
        assert {each["Key"]: each["Value"] for each in tags}.items() >= TAGS.items()


def test_logs_of_the_stack_and_of_the_app_end(project: Project) -> None:
    functions = client("lambda").list_functions()["Functions"]

    for each in functions:
        group = f"/aws/lambda/{each['FunctionName']}"
        found = client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        assert {one["logGroupName"]: one.get("retentionInDays") for one in found}[group] == 30
    assert len(functions) == len(names.PIPELINE) + 1 + 3  # the model's, and Chalice's


def test_failures_of_asynchronous_calls_go_to_the_topic(project: Project) -> None:
    topic = client("sns").list_topics()["Topics"][0]["TopicArn"]

    nightly = client("lambda").get_function_event_invoke_config(FunctionName="nightswap-local-nightly")
    restore = client("lambda").get_function_event_invoke_config(
        FunctionName=names.task_function("local", "restore-alias"), Qualifier="$LATEST"
    )
    for found in (nightly, restore):
        assert found["DestinationConfig"]["OnFailure"]["Destination"] == topic


def test_every_key_that_the_template_names_is_in_the_bucket_before_the_stack_is_told(project: Project) -> None:
    """By the order of the calls, with a package that was never there before."""
    seen: list[tuple[str, bool]] = []
    session = boto3.Session()

    def look(params: dict[str, Any], **_: Any) -> None:
        values = {each["ParameterKey"]: each["ParameterValue"] for each in params["Parameters"]}
        for key in named_keys(json.loads(params["TemplateBody"])["Resources"], values):
            there = client("s3").list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 1
            seen.append((key, there))

    bucket = project.deploy().bucket
    session.events.register("provide-client-params.cloudformation.CreateChangeSet", look)
    project.change_task_code()

    project.deploy(session=session)

    assert len({key for key, _ in seen}) == 3  # tasks, placeholder and definition
    assert all(there for _, there in seen)
    assert "uploaded" in project.statuses("upload")


def named_keys(part: Any, values: dict[str, str]) -> Iterator[str]:
    """The keys of the bucket that a template names, with its parameters filled in; of what has no condition."""
    if isinstance(part, dict) and "Condition" not in part:
        for name, value in part.items():
            if name in {"S3Key", "Key"} and "Fn::Sub" in value:
                yield re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], value["Fn::Sub"])
            else:
                yield from named_keys(value, values)
    elif isinstance(part, list):
        for each in part:
            yield from named_keys(each, values)


def test_update_of_the_stack_leaves_alias_and_published_version_alone(project: Project) -> None:
    function = names.serving_function("local", MODEL)
    serving = client("lambda")
    published = serving.publish_version(FunctionName=function)["Version"]
    alias = serving.create_alias(FunctionName=function, Name=names.LIVE, FunctionVersion=published)

    project.deploy(models=(MODEL, "another"))

    assert "UPDATE_COMPLETE" in project.statuses("nightswap-local")
    assert serving.get_alias(FunctionName=function, Name=names.LIVE)["RevisionId"] == alias["RevisionId"]
    assert serving.get_function_configuration(FunctionName=names.serving_function("local", "another"))


def test_new_memory_and_new_code_leave_live_traffic_alone(project: Project) -> None:
    function = names.serving_function("local", MODEL)
    serving = client("lambda")
    before = serving.get_alias(FunctionName=function, Name=names.LIVE)
    published = serving.get_function_configuration(FunctionName=function, Qualifier=names.LIVE)
    project.set("NIGHTSWAP_SERVING_MEMORY_MB", "1024")
    project.change_task_code()

    project.deploy(models=(MODEL, "another"))

    assert serving.get_function_configuration(FunctionName=function)["MemorySize"] == 1024
    assert serving.get_alias(FunctionName=function, Name=names.LIVE)["RevisionId"] == before["RevisionId"]
    now = serving.get_function_configuration(FunctionName=function, Qualifier=names.LIVE)
    for unchanged in ("Version", "CodeSha256", "MemorySize", "RevisionId"):
        assert now[unchanged] == published[unchanged]
    answer = serving.invoke(FunctionName=function, Qualifier=names.LIVE, Payload=b"{}")
    assert (answer["ExecutedVersion"], json.loads(answer["Payload"].read())["status"]) == (published["Version"], 503)


def test_template_of_many_models_goes_by_the_bucket(project: Project) -> None:
    models = (MODEL, *(f"model-{number}" for number in range(6)))

    project.deploy(models=models)

    assert "UPDATE_COMPLETE" in project.statuses("nightswap-local")
    assert any(step.subject.startswith("template, ") for step in project.steps)


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


def test_tokens_of_an_older_release_are_kept_and_its_parameter_goes(project: Project) -> None:
    """As a stage that format 1 deployed: its data stack made the parameter, and `nightswap token` rewrote it."""
    bucket = project.deploy().bucket
    old = {"tokens": [{"name": "ada", "sha256": access.digest("a" * 43), "scopes": ["predict"]}]}
    parameter = {"Type": "AWS::SSM::Parameter", "DeletionPolicy": "RetainExceptOnCreate"}
    properties = {"Name": names.token_parameter("local"), "Type": "String", "Value": '{"tokens": []}'}
    template = json.loads(json.dumps(client("cloudformation").get_template(StackName=DATA_STACK)["TemplateBody"]))
    template = json.loads(template) if isinstance(template, str) else template
    template["Resources"]["Tokens"] = {**parameter, "Properties": properties}
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    client("cloudformation").update_stack(StackName=DATA_STACK, TemplateBody=json.dumps(template), Tags=tags)
    client("ssm").put_parameter(Name=names.token_parameter("local"), Value=json.dumps(old), Overwrite=True)

    project.deploy()

    store = BucketStore(client("s3"), bucket=bucket)
    found = access.find(store, header=f"Bearer {'a' * 43}")
    assert found is not None
    assert (found.name, found.scopes) == ("ada", ("predict",))
    assert client("ssm").describe_parameters()["Parameters"] == []
    project.deploy()
    assert access.find(store, header=f"Bearer {'a' * 43}") == found


def test_release_that_cannot_read_the_documents_of_a_stage_leaves_it_alone(project: Project) -> None:
    store = BucketStore(client("s3"), bucket=project.deploy().bucket)
    later = json.dumps({"format": release.FORMAT + 1}).encode()
    store.put(release.KEY, later)

    said = rf"its documents are of format {release.FORMAT + 1}, and this checkout knows {release.FORMAT}\. Nothing"
    with pytest.raises(DeploymentFailed, match=said):
        project.deploy()

    found = store.find(release.KEY)
    store.delete(release.KEY)  # the other tests deploy to this stage too
    assert (project.steps, found and found.body) == ([], later)


def test_kept_bucket_is_adopted_with_its_content(project: Project) -> None:
    bucket = project.deploy().bucket
    client("s3").put_object(Bucket=bucket, Key="datasets/kdd99-http/first.csv", Body=b"a,b\n")
    client("cloudformation").delete_stack(StackName="nightswap-local-data")

    project.deploy()

    assert project.statuses("nightswap-local-data")[-1] == "CREATE_COMPLETE"
    assert client("s3").get_object(Bucket=bucket, Key="datasets/kdd99-http/first.csv")["Body"].read() == b"a,b\n"


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
