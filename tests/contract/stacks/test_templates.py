"""Both templates hang together, and what they say to each service is what that service's own model accepts."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.model import StringShape
from botocore.validate import ParamValidator

from chalicelib import names
from chalicelib.contracts import RestoreAliasTask, from_event
from chalicelib.settings import TaskSettings, load
from tests.contract.stacks.reading import PSEUDO, of_type, references, resolved, statements
from workflows.stacks.data import data_template
from workflows.stacks.main import main_template

MODELS = ["kdd99-http", "mnist"]
NAMES = names.Names(stage="prod", account="123456789012", region="eu-west-1")
DATA = data_template(NAMES)
MAIN = main_template("prod", models=MODELS)
BOTH = pytest.mark.parametrize("template", [DATA, MAIN], ids=["data", "main"])
WILDCARD = "*"
"""The one resource that no statement of the stack may have: everything."""


def complaints(service: str, operation: str, given: dict[str, Any]) -> str:
    """What botocore's model of the service says against a call."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    assert model.input_shape is not None
    return str(ParamValidator().validate(given, model.input_shape).generate_report())


def allowed_values(service: str, shape: str) -> list[str]:
    found = botocore.session.get_session().get_service_model(service).shape_for(shape)
    assert isinstance(found, StringShape)
    return list(found.enum)


@BOTH
def test_every_reference_resolves(template: dict[str, Any]) -> None:
    known = {*template["Resources"], *template.get("Parameters", {}), *PSEUDO}

    assert set(references(template["Resources"])) <= known


@BOTH
def test_every_parameter_is_used(template: dict[str, Any]) -> None:
    assert set(template.get("Parameters", {})) <= set(references(template["Resources"]))


@BOTH
def test_logical_ids_are_letters_and_digits(template: dict[str, Any]) -> None:
    assert all(logical_id.isalnum() for logical_id in template["Resources"])


@BOTH
def test_template_fits_into_one_call(template: dict[str, Any]) -> None:
    assert len(json.dumps(template, separators=(",", ":"))) < 51_200


def test_every_task_and_every_model_has_a_function() -> None:
    found = {function["FunctionName"] for function in of_type(MAIN, "AWS::Lambda::Function").values()}

    wanted = {names.task_function("prod", task) for task in names.TASKS}
    wanted |= {names.serving_function("prod", model) for model in MODELS}
    assert found == wanted


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [function["Role"] for function in of_type(MAIN, "AWS::Lambda::Function").values()]

    assert len(set(roles)) == len(roles)
    assert len(of_type(MAIN, "AWS::IAM::Role")) == len(roles) + 1  # and the state machine's


def test_every_function_has_its_log_group() -> None:
    groups = {group["LogGroupName"] for group in of_type(MAIN, "AWS::Logs::LogGroup").values()}

    assert groups == {
        f"/aws/lambda/{each['FunctionName']}" for each in of_type(MAIN, "AWS::Lambda::Function").values()
    }


def test_no_statement_permits_everything() -> None:
    for role in of_type(MAIN, "AWS::IAM::Role"):
        for statement in statements(MAIN, role):
            assert WILDCARD not in statement["Resource"]
            assert not [action for action in statement["Action"] if action.endswith("*")]


def test_lambda_accepts_every_function() -> None:
    for function in of_type(MAIN, "AWS::Lambda::Function").values():
        assert complaints("lambda", "CreateFunction", function) == ""
        assert function["Runtime"] in allowed_values("lambda", "Runtime")
        assert set(function["Architectures"]) <= set(allowed_values("lambda", "Architecture"))
        assert function["Timeout"] <= 900
        assert 128 <= function["MemorySize"] <= 3008
        assert len(function["FunctionName"]) <= 64


def test_tasks_accept_the_settings_that_the_stack_gives() -> None:
    for function in of_type(MAIN, "AWS::Lambda::Function").values():
        if "Environment" in function:
            assert load(TaskSettings, function["Environment"]["Variables"]).stage == "prod"


def test_serving_functions_have_no_environment_and_only_a_log() -> None:
    environments = {
        function["FunctionName"]
        for function in of_type(MAIN, "AWS::Lambda::Function").values()
        if "Environment" not in function
    }

    assert environments == {names.serving_function("prod", model) for model in MODELS}
    assert [each["Action"] for each in statements(MAIN, "ServeMnistRole")] == [
        ["logs:CreateLogStream", "logs:PutLogEvents"]
    ]


def test_other_services_accept_their_resources() -> None:
    (rule,) = of_type(MAIN, "AWS::Events::Rule").values()
    (permission,) = of_type(MAIN, "AWS::Lambda::Permission").values()
    (parameter,) = of_type(DATA, "AWS::SSM::Parameter").values()

    assert complaints("events", "PutTargets", {"Rule": "any", "Targets": rule["Targets"]}) == ""
    assert complaints("lambda", "AddPermission", {"StatementId": "any", **permission}) == ""
    assert complaints("ssm", "PutParameter", parameter) == ""


def test_rule_calls_restore_alias_with_a_payload_of_its_contract() -> None:
    (rule,) = of_type(MAIN, "AWS::Events::Rule").values()
    (target,) = rule["Targets"]
    template = target["InputTransformer"]["InputTemplate"]

    sent = (
        template.replace("ended <status>", "ended ABORTED")
        .replace("<run>", '"a-run"')
        .replace("<status>", '"ABORTED"')
    )
    task = from_event(RestoreAliasTask, json.loads(sent))

    assert task == RestoreAliasTask(
        run="a-run",
        model=None,
        failure={"Error": "ABORTED", "Cause": "the execution ended ABORTED"},
    )
    assert target["InputTransformer"]["InputPathsMap"] == {"run": "$.detail.name", "status": "$.detail.status"}


def test_rule_listens_to_this_machine_and_to_ends_that_no_state_saw() -> None:
    (rule,) = of_type(MAIN, "AWS::Events::Rule").values()

    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": ["ref-of-Retrain"],
        "status": ["ABORTED", "TIMED_OUT", "FAILED"],
    }


def test_machine_may_invoke_exactly_the_tasks() -> None:
    (statement,) = MAIN["Resources"]["RetrainRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    machine = MAIN["Resources"]["Retrain"]["Properties"]

    functions = {logical_id for logical_id in MAIN["Resources"] if logical_id.endswith("Function")}
    tasks = {each for each in functions if not each.startswith("Serve")}
    assert {each["Fn::GetAtt"][0] for each in statement["Resource"]} == tasks
    assert {f"{state}Function" for state in machine["DefinitionSubstitutions"]} == tasks
    assert statement["Action"] == ["lambda:InvokeFunction"]


def test_code_and_definition_are_named_by_their_content() -> None:
    keys = {function["Code"]["S3Key"] for function in of_type(MAIN, "AWS::Lambda::Function").values()}
    (machine,) = of_type(MAIN, "AWS::StepFunctions::StateMachine").values()

    assert keys == {f"deploy/{'a' * 64}.zip"}
    assert machine["DefinitionS3Location"] == {
        "Bucket": NAMES.bucket,
        "Key": f"deploy/{'a' * 64}.asl.json",
    }


def test_kept_data_can_be_adopted_because_its_names_are_written_out() -> None:
    assert DATA["Resources"]["Bucket"]["Properties"]["BucketName"] == NAMES.bucket
    assert DATA["Resources"]["Tokens"]["Properties"]["Name"] == names.token_parameter("prod")


def test_data_outlives_the_stack_but_not_a_failed_first_creation() -> None:
    for logical_id in ("Bucket", "Tokens"):
        assert DATA["Resources"][logical_id]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert DATA["Resources"][logical_id]["UpdateReplacePolicy"] == "Retain"


def test_bucket_is_versioned_encrypted_and_closed_to_the_public() -> None:
    (bucket,) = of_type(DATA, "AWS::S3::Bucket").values()

    assert bucket["BucketName"] == NAMES.bucket
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_lifecycle_touches_nothing_that_lasts() -> None:
    (bucket,) = of_type(DATA, "AWS::S3::Bucket").values()
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}

    assert rules["intermediates"]["ExpirationInDays"] == 3
    assert {rule.get("Prefix") for rule in rules.values() if "AbortIncompleteMultipartUpload" not in rule} == {
        "work/",
        "locks/",
    }


def test_resolving_leaves_no_intrinsic_behind() -> None:
    assert "Fn::" not in json.dumps(resolved(MAIN["Resources"])) + json.dumps(resolved(DATA["Resources"]))
