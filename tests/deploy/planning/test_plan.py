"""Plans before the first deployment, after it, and after changes, on the local AWS. They run in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.edges import serving_layers
from chalicelib.errors import DeploymentFailed
from tests.deploy.planning.conftest import MODELS, Project
from workflows.deploying.cloudformation.templates import TEMPLATE_LIMIT
from workflows.packaging.needs import Needs
from workflows.planning.plan import Plan
from workflows.planning.stacks import StackChange


def by_name(plan: Plan) -> dict[str, StackChange]:
    return {stack.name: stack for stack in plan.stacks}


def everything() -> dict[str, Any]:
    """What the local AWS holds that a plan could have touched."""
    cloudformation = boto3.client("cloudformation")
    stacks = [each["StackName"] for each in cloudformation.describe_stacks()["Stacks"]]
    return {
        "stacks": stacks,
        "change sets": [cloudformation.list_change_sets(StackName=name)["Summaries"] for name in stacks],
        "buckets": [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]],
        "functions": [each["FunctionName"] for each in boto3.client("lambda").list_functions()["Functions"]],
        "roles": [each["RoleName"] for each in boto3.client("iam").list_roles()["Roles"]],
    }


@contextmanager
def nothing_touched() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


def test_before_the_first_deployment_everything_is_to_be_created(project: Project) -> None:
    with nothing_touched():
        plan = project.plan()

    assert not plan.bucket_exists
    assert {stack.action for stack in plan.stacks} == {"create"}
    assert {change.action for stack in plan.stacks for change in stack.changes} == {"create"}
    assert {part.action for part in plan.app} == {"create"}
    assert not any(package.uploaded for package in plan.packages)
    assert all(role.added and not role.removed for role in plan.roles)
    assert not plan.changes_nothing


def test_after_a_deployment_nothing_would_change(project: Project) -> None:
    project.deploy()

    with nothing_touched():
        plan = project.plan()

    assert [stack.changes for stack in plan.stacks] == [(), ()]
    assert (plan.state_machine_diff, plan.roles) == ("", ())
    assert plan.changes_nothing


def test_another_format_is_shown_and_gives_its_layers_to_the_serving_function(project: Project) -> None:
    needs = Needs(serving={MODELS[0]: ("numpy",)})
    functions = LambdaServingFunctions(project.client("lambda"), stage="local")
    project.deploy()

    (main,) = [each.changes for each in project.plan(needs=needs).stacks if each.changes]
    before = serving_layers.of(functions.configuration(MODELS[0]))
    project.deploy(needs=needs)

    shown = {each.resource: each.details for each in main}
    assert "TrainFunction" in shown
    assert shown["ServeKdd99XhttpFunction"] == ('Environment.Variables.NIGHTSWAP_LAYERS: none -> "numpy"',)
    after = serving_layers.of(functions.configuration(MODELS[0]))
    changes_nothing = project.plan(needs=needs).changes_nothing
    project.deploy()

    assert (before, after, serving_layers.of(functions.configuration(MODELS[0]))) == ((), ("numpy",), ())
    assert changes_nothing


def test_memory_and_time_of_a_recipe_are_shown_priced_and_applied_to_its_function_alone(project: Project) -> None:
    models, needs = (*MODELS, "loans"), Needs(memory_mb={"loans": 5000}, timeout_seconds={"loans": 50})
    functions = LambdaServingFunctions(project.client("lambda"), stage="local")
    project.deploy(models=models)

    plan = project.plan(models=models, needs=needs)
    project.deploy(models=models, needs=needs)

    shown = {each.resource: each.details for stack in plan.stacks for each in stack.changes}
    assert shown == {"ServeLoansFunction": ("MemorySize: 512 -> 5000", "Timeout: 10 -> 50")}
    assert plan.costs.predictions_of["loans"].lines["Lambda"] > 1.5 * plan.costs.predictions.lines["Lambda"]
    sizes = {model: functions.configuration(model) for model in models}
    assert {model: (each["MemorySize"], each["Timeout"]) for model, each in sizes.items()} == {
        "kdd99-http": (512, 10),
        "loans": (5000, 50),
    }
    assert project.plan(models=models, needs=needs).changes_nothing
    project.deploy()


def test_runtime_that_somebodys_own_chalice_set_is_shown_and_set_back(project: Project) -> None:
    function, functions = "nightswap-local-nightly", project.client("lambda")
    functions.update_function_configuration(FunctionName=function, Runtime="python3.11")

    shown = [each.details for each in project.plan().app if each.name == "nightly"]
    project.deploy()

    assert shown == [('Runtime: "python3.11" -> "python3.13"',)]
    assert functions.get_function_configuration(FunctionName=function)["Runtime"] == "python3.13"


def test_access_log_that_was_taken_away_is_shown_and_set_back(project: Project) -> None:
    gateway = project.client("apigateway")
    api_id = project.deploy().api_id
    stage = gateway.get_stage(restApiId=api_id, stageName="local")
    remove = [{"op": "remove", "path": "/accessLogSettings"}]
    gateway.update_stage(restApiId=api_id, stageName="local", patchOperations=remove)

    shown = [each.details for each in project.plan().app if each.name == "rest_api"]
    project.deploy()

    assert shown[0][0] == 'access log: none -> "/aws/apigateway/nightswap-local"'
    again = gateway.get_stage(restApiId=api_id, stageName="local")
    assert again["accessLogSettings"] == stage["accessLogSettings"] != {}
    assert project.plan().changes_nothing


def test_account_whose_gateway_has_no_role_for_logs_keeps_it_so_and_is_told_how_to_get_one(project: Project) -> None:
    gateway, role = project.client("apigateway"), [{"op": "replace", "path": "/cloudwatchRoleArn"}]
    before = gateway.get_account()["cloudwatchRoleArn"]
    gateway.update_account(patchOperations=[{**role[0], "value": ""}])

    done = project.deploy()

    assert done.notes[-1].startswith("the API has no access log: API Gateway has no role to write logs with")
    assert not gateway.get_account().get("cloudwatchRoleArn")
    with pytest.raises(ClientError, match="CloudWatch Logs role ARN must be set in account settings"):
        gateway.update_stage(
            restApiId=done.api_id,
            stageName="local",
            patchOperations=[{"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"}],
        )
    assert project.plan().changes_nothing
    gateway.update_account(patchOperations=[{**role[0], "value": before}])
    assert not any("no access log" in each for each in project.deploy().notes)


def test_first_deployment_tells_which_alarms_ring_though_nothing_is_wrong(project: Project) -> None:
    assert project.deploy().notes[0].startswith("alarm nightswap-local-kdd99-http-failing rings until a run")


def test_new_code_of_a_task_changes_the_functions_that_run_it(project: Project) -> None:
    project.edit("lambdas/train.py", '"""', '"""Changed. ')

    with nothing_touched():
        plan = project.plan()

    stack = by_name(plan)["nightswap-local"]
    ours = {change.resource: change for change in stack.changes if change.action == "update"}
    assert "TrainFunction" in ours
    assert all("S3Key" in "".join(change.details) for change in ours.values())
    assert [package.name for package in plan.packages if not package.uploaded] == ["tasks"]
    assert by_name(plan)["nightswap-local-data"].action == "unchanged"
    project.deploy()
    assert project.plan().changes_nothing


def test_new_model_adds_its_serving_function_and_nothing_else(project: Project) -> None:
    with nothing_touched():
        plan = project.plan(models=(*MODELS, "loans"))

    stack = by_name(plan)["nightswap-local"]
    created = {change.resource for change in stack.changes if change.action == "create"}
    assert {"ServeLoansFunction", "ServeLoansLog", "ServeLoansRole"} <= created
    assert all(name.startswith("ServeLoans") for name in created)
    assert {change.action for change in stack.changes} == {"create"}
    assert [role.role for role in plan.roles] == ["ServeLoansRole"]


def test_template_that_is_too_long_for_a_call_is_asked_about_from_the_intermediates(project: Project) -> None:
    more = tuple(f"model-{number}" for number in range(3))

    with nothing_touched():
        plan, again = (project.plan(models=(*MODELS, *more)) for _ in range(2))

    stack = by_name(plan)["nightswap-local"]
    assert (stack.action, stack.remark) == ("update", "")
    assert {change.action for change in stack.changes} == {"create"}
    assert again.stacks == plan.stacks
    ((stored),) = project.client("s3").list_object_versions(Bucket=plan.bucket, Prefix="work/")["Versions"]
    template = project.client("s3").get_object(Bucket=plan.bucket, Key=stored["Key"])["Body"].read()
    assert stored["Key"] == f"work/plan/{hashlib.sha256(template).hexdigest()}.template.json"
    assert len(template) > TEMPLATE_LIMIT


def test_model_that_is_gone_deletes_its_serving_function(project: Project) -> None:
    project.deploy(models=(*MODELS, "loans"))

    plan = project.plan()

    changes = by_name(plan)["nightswap-local"].changes
    assert {change.resource for change in changes if change.action == "delete"} >= {"ServeLoansFunction"}
    assert [(role.role, role.added) for role in plan.roles] == [("ServeLoansRole", ())]
    project.deploy()


def test_changed_definition_shows_the_lines_that_differ(project: Project) -> None:
    project.edit("workflows/definitions/golden/retrain.asl.json", "Retrain a model, judge it", "Retrain it, judge it")

    with nothing_touched():
        plan = project.plan()

    changed = [line for line in plan.state_machine_diff.splitlines()[2:] if line.startswith(("+", "-"))]
    assert len(changed) == 2
    assert "Retrain it, judge it" in changed[1]
    machine = [c for c in by_name(plan)["nightswap-local"].changes if c.action == "update"]
    assert [(change.resource, change.type) for change in machine] == [("Retrain", "AWS::StepFunctions::StateMachine")]
    project.deploy()
    assert project.plan().changes_nothing


def test_changed_policy_of_the_app_shows_the_statement(project: Project) -> None:
    project.edit_policy("policy-local.json", action="lambda:ListTags")

    with nothing_touched():
        plan = project.plan()

    ((role),) = plan.roles
    assert role.role == "nightswap-local-api_handler"
    assert len(role.added) == len(role.removed) == 1
    assert "lambda:ListTags" in role.added[0]["Action"]
    assert {stack.action for stack in plan.stacks} == {"unchanged"}


def test_document_of_a_plan_is_plain_and_says_that_the_costs_are_an_estimate(project: Project) -> None:
    document = project.plan().to_document()

    assert document["costs"]["estimate"] is True
    assert 0 < document["costs"]["retrain"]["usd"] < 0.01
    assert document["packages"][0].keys() == {"name", "size_bytes", "key", "uploaded"}


def test_stage_that_a_newer_release_deployed_is_refused_as_deploy_refuses_it(project: Project) -> None:
    store, bucket, key = boto3.client("s3"), project.plan().bucket, layout.release()
    before = store.get_object(Bucket=bucket, Key=key)["Body"].read()
    store.put_object(Bucket=bucket, Key=key, Body=b'{"format": 999}')

    with pytest.raises(DeploymentFailed, match="stage local was deployed by a newer release"):
        project.plan()

    store.put_object(Bucket=bucket, Key=key, Body=before)
