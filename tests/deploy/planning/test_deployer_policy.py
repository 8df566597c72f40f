"""The printed policy against every call that deploying, operating and removing a stage makes on the local AWS."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from tests.clone import ROOT, Clone
from tests.contract.authorization.resources import resources
from tests.contract.stacks.evaluating import permits
from tests.deploy.planning import asked_on
from tests.deploy.planning.asked_on import UNKNOWN, Asked
from tests.deploy.planning.recording import permissions, recording
from tests.given import local_aws
from workflows.deploying.deploy import deploy
from workflows.doctor.deployer_policy import BOUND, GRANTS, deployer_policy
from workflows.doctor.patterns import STANDS_FOR
from workflows.local.process import LocalAws
from workflows.sample_data import csv_file, synthetic
from workflows.stacks.settings import CONFIG

pytestmark = pytest.mark.timeout(900)  # the recording is a whole life of a stage, in some twenty commands
NAMES = Names(stage="prod", account="000000000000", region="us-east-1")
POLICY = deployer_policy(NAMES)
STATEMENTS = POLICY["Statement"]
STACKS = "arn:aws:cloudformation:us-east-1:000000000000"
LOGS = "arn:aws:logs:us-east-1:000000000000:log-group"
BOUNDARY = "arn:aws:iam::000000000000:policy/bounds"
BOUNDED = deployer_policy(NAMES, boundary=BOUNDARY)["Statement"]
WITH_MAIL = StageSettings(alert_email="ops@example.com")
BESIDE = {
    "iam:SimulatePrincipalPolicy": "doctor, where the caller is not the account itself",
    "states:StopExecution": "destroy, while a run goes on",
    "lambda:PutFunctionConcurrency": "CloudFormation, where NIGHTSWAP_DIRECT_CONCURRENCY is set",
    "lambda:CreateFunctionUrlConfig": "deploy, where NIGHTSWAP_DIRECT_CONCURRENCY is set",
    "lambda:UpdateFunctionUrlConfig": "deploy, where a URL lets through who does not sign",
    "lambda:DeleteFunctionUrlConfig": "deploy, where it is set no more",
    "lambda:CreateAlias": "restore, where the alias is gone",
    "lambda:UpdateAlias": "restore, where it is older than the ledger, or moved by hand",
}
"""What is granted though the recording does not ask for it, with who does."""
MANAGED_POLICY_LIMIT = 6144
"""Characters without white space. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[Asked]]:
    """Everything that is asked while stage prod is deployed, used in every way and removed."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    data = tmp_path_factory.mktemp("data") / "night.csv.gz"
    csv_file.write(data, synthetic.rows())
    with (
        LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as local,
        recording(local.endpoint) as recorded,
        local_aws.reached_alone(recorded.endpoint),
    ):
        deploy_and_use(clone, data, dict(os.environ))
        yield recorded.asked


def set_boundary(clone: Clone, boundary: str) -> None:
    file = clone.folder / CONFIG
    config = json.loads(file.read_bytes())
    config["stages"]["prod"]["environment_variables"]["NIGHTSWAP_PERMISSIONS_BOUNDARY"] = boundary
    file.write_text(json.dumps(config))


def deploy_and_use(clone: Clone, data: Path, environment: dict[str, str]) -> None:
    """Deployed in this process, because the local AWS needs no layers; the rest by the commands.

    The second deployment puts a permissions boundary on every role.
    """
    for boundary in ("", BOUNDARY):
        set_boundary(clone, boundary)
        deploy(
            "prod",
            session=boto3.Session(),
            root=clone.folder,
            models=["kdd99-http"],
            report=lambda _: None,
            environ=environment,
            with_layers=False,
        )
    for command in (
        ("doctor", "--online"),
        ("token", "add", "ops", "--scope", "operate"),
        ("token", "list"),
        ("data", "add", str(data)),
        ("data", "list"),
        ("retrain", "--watch"),
        ("runs",),
        ("explain",),
        ("versions",),
        ("pin", "--reason", "a trial"),
        ("unpin", "--reason", "it is over"),
        ("history",),
        ("what-served", "--at", "2026-11-21T03:00:00Z"),
        ("verify",),
        ("prune", "--yes"),
        ("predict", "duration=0", "src_bytes=230", "dst_bytes=1200"),
        ("restore",),
        ("data", "erase", data.name, "--yes"),
        ("plan",),
        ("destroy", "--check"),
        ("destroy", "--yes"),
    ):
        done = clone.nightswap(*command, "--stage", "prod", environment=environment)
        assert done.returncode == 0 or "--check" in command, f"{command}: {done.stdout}{done.stderr}"


def test_every_recorded_call_is_permitted(asked: set[Asked]) -> None:
    denied = refused(asked, STATEMENTS)

    assert {each.action for each in denied} == {BOUND}, "\n".join(f"{each.action} {each.resource}" for each in denied)


def test_with_a_boundary_the_policy_permits_the_same_but_to_make_roles_without_it(asked: set[Asked]) -> None:
    denied = refused(asked, BOUNDED)

    assert {each.action for each in denied} == {"iam:CreateRole", "iam:PutRolePolicy"}
    assert BOUND in {each.action for each in asked}


def refused(asked: set[Asked], statements: list[Any]) -> list[Asked]:
    return sorted(
        each for each in asked if not permits(statements, each.action, each.resource, context=dict(each.context))
    )


def test_every_action_of_the_policy_is_asked_for_by_a_command_or_by_cloudformation(asked: set[Asked]) -> None:
    needed = {each.action for each in asked} | {it for each in resources(WITH_MAIL) for it in each.permissions}
    granted = {it for each in GRANTS for action in each.actions for it in STANDS_FOR.get(action, (action,))}

    assert granted - needed == set(BESIDE)


def test_of_every_recorded_call_it_is_written_down_on_what_it_is_asked(asked: set[Asked]) -> None:
    assert sorted({each.action for each in asked if each.resource == UNKNOWN}) == []


def test_recording_has_all_services_in_it(asked: set[Asked]) -> None:
    services = {each.action.partition(":")[0] for each in asked}

    assert services >= {"cloudformation", "s3", "lambda", "iam", "apigateway", "events", "logs", "ssm", "states"}


@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("DELETE", "/a-bucket/deploy/lock.json", Asked("s3:DeleteObject", "arn:aws:s3:::a-bucket/deploy/lock.json")),
        ("DELETE", "/a-bucket/key?versionId=1", Asked("s3:DeleteObjectVersion", "arn:aws:s3:::a-bucket/key")),
        ("GET", "/a-bucket?list-type=2&prefix=runs/", Asked("s3:ListBucket", "arn:aws:s3:::a-bucket")),
        ("GET", "/a-bucket?versioning", Asked("s3:GetBucketVersioning", "arn:aws:s3:::a-bucket")),
        ("HEAD", "/a-bucket/key", Asked("s3:GetObject", "arn:aws:s3:::a-bucket/key")),
    ],
)
def test_recorder_tells_what_s3_would_ask(method: str, address: str, expected: Asked) -> None:
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=key/20261126/us-east-1/s3/aws4_request"}

    assert permissions(method, address, signed, b"") == [expected]


@pytest.mark.parametrize(
    ("action", "request_", "expected"),
    [
        ("cloudformation:DescribeChangeSet", {"StackName": "a", "ChangeSetName": "b"}, [f"{STACKS}:stack/a/1a2b"]),
        (
            "cloudformation:DescribeChangeSet",
            {"ChangeSetName": f"{STACKS}:changeSet/b/1"},
            [f"{STACKS}:changeSet/b/1"],
        ),
        ("cloudformation:DescribeStacks", {}, ["*"]),
        ("logs:CreateLogGroup", {"logGroupName": "g", "tags": {"a": "b"}}, [f"{LOGS}:g:*", f"{LOGS}:g"]),
        ("lambda:CreateLayer", {}, [UNKNOWN]),
    ],
)
def test_what_is_asked_is_asked_on_what_the_request_names(
    action: str, request_: dict[str, Any], expected: list[str]
) -> None:
    assert [each.resource for each in asked_on.asked(action, "", request_)] == expected


def test_pruning_deletes_single_versions_of_a_serving_function() -> None:
    version = "arn:aws:lambda:us-east-1:000000000000:function:nightswap-prod-serve-kdd99-http:3"

    assert permits(STATEMENTS, "lambda:DeleteFunction", version)


@pytest.mark.parametrize(
    "action",
    [
        *("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:UpdateFunctionCode"),
        *("lambda:ListVersionsByFunction", "lambda:GetFunctionConfiguration"),
    ],
)
def test_restore_makes_the_alias_under_the_callers_own_permissions(action: str) -> None:
    serving = "arn:aws:lambda:us-east-1:000000000000:function:nightswap-prod-serve-kdd99-http"

    assert permits(STATEMENTS, action, serving)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::nightswap-test-000000000000-us-east-1/datasets/a.csv"),
        ("s3:DeleteBucket", "arn:aws:s3:::somebody-elses"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:000000000000:function:nightswap-prod2"),
        ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:000000000000:function:nightswap-prod"),
        ("iam:PutRolePolicy", "arn:aws:iam::000000000000:role/admin"),
        ("iam:AttachRolePolicy", "arn:aws:iam::000000000000:role/nightswap-prod-train"),
        ("iam:CreateUser", "arn:aws:iam::000000000000:user/nightswap-prod"),
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:000000000000:parameter/nightswap/test/tokens"),
        ("states:StopExecution", "arn:aws:states:us-east-1:000000000000:execution:other-retrain:a-run"),
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:us-east-1:000000000000:stack/other/1"),
        ("logs:DeleteLogGroup", "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/other"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:000000000000:key/1"),
    ],
)
def test_what_is_not_the_stages_is_denied(action: str, resource: str) -> None:
    assert not permits(STATEMENTS, action, resource)


@pytest.mark.parametrize(
    ("service", "expected"),
    [("lambda.amazonaws.com", True), ("states.amazonaws.com", True), ("ec2.amazonaws.com", False)],
)
def test_roles_are_passed_to_lambda_and_step_functions_alone(service: str, expected: bool) -> None:
    role = "arn:aws:iam::000000000000:role/nightswap-prod-TrainRole-1"

    assert permits(STATEMENTS, "iam:PassRole", role, context={"iam:PassedToService": service}) is expected


def test_roles_of_others_are_not_passed() -> None:
    context = {"iam:PassedToService": "lambda.amazonaws.com"}

    assert not permits(STATEMENTS, "iam:PassRole", "arn:aws:iam::000000000000:role/admin", context=context)


@pytest.mark.parametrize("boundary", ["", BOUNDARY])
@pytest.mark.parametrize("with_budget", [False, True])
def test_policy_fits_a_managed_policy(boundary: str, with_budget: bool) -> None:
    policy = deployer_policy(NAMES, boundary=boundary, with_budget=with_budget)

    assert len(json.dumps(policy, separators=(",", ":"))) <= MANAGED_POLICY_LIMIT


def test_what_is_granted_wider_than_on_a_name_of_the_stage_has_its_reason_and_nothing_else_has() -> None:
    wide = [
        grant.sid
        for grant in GRANTS
        if "*" in "".join((*grant.resources, *grant.actions)) or not all("{}" in each for each in grant.resources)
    ]

    assert [grant.sid for grant in GRANTS if grant.reason] == wide


def test_what_stands_on_everything_only_reads() -> None:
    names = {name for grant in GRANTS if grant.resources == ("*",) for name in grant.actions}
    actions = {action for name in names for action in STANDS_FOR.get(name, (name,))}
    reading = ("List", "Describe", "Get", "Validate")
    changing = {each for each in actions if not each.partition(":")[2].startswith(reading)}

    assert changing == {
        *("sns:Unsubscribe", "sns:SetSubscriptionAttributes"),  # SNS has no resource to name
        "states:TestState",  # it runs nothing but under a role that may be passed: those of the stage
    }
