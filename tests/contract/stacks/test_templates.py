"""Both templates hang together."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout, names
from chalicelib.contracts.payload import from_event
from chalicelib.contracts.runs import RestoreAliasTask
from chalicelib.names import PIPELINE, state_name
from chalicelib.settings.reading import load
from chalicelib.settings.stage import StageSettings
from chalicelib.settings.tasks import TaskSettings
from tests.contract.stacks.golden_templates import templates
from tests.contract.stacks.reading import PSEUDO, of_type, references, resolved, statements
from workflows.local.state import objects
from workflows.packaging.layers import LAYERS_OF_TASK
from workflows.packaging.needs import NOTHING
from workflows.stacks.data_stack import data_template
from workflows.stacks.functions import TRACING_ACTIONS, serving_configuration
from workflows.stacks.layers import parameter
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS

MODELS = ["kdd99-http", "mnist"]
NAMES = names.Names(stage="prod", account="123456789012", region="eu-west-1")
DATA = data_template(NAMES)
MAIN = main_template("prod", models=MODELS)
BOTH = pytest.mark.parametrize("template", [DATA, MAIN], ids=["data", "main"])
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
EVERYTHING = StageSettings(xray="on", alert_email="ops@example.com", monthly_budget_usd=50)
WILDCARD = "*"
"""Everything: the resource of metrics, which have no other, and of no other statement of the stack."""


@BOTH
def test_every_reference_resolves(template: dict[str, Any]) -> None:
    known = {*template["Resources"], *template.get("Parameters", {}), *PSEUDO}

    assert set(references(template["Resources"])) <= known


@BOTH
def test_every_parameter_is_used(template: dict[str, Any]) -> None:
    assert set(template.get("Parameters", {})) <= set(references(template["Resources"]))


@pytest.mark.parametrize("settings", [DEFAULTS, EVERYTHING], ids=["default", "everything"])
@pytest.mark.parametrize("stack", [NAMES.data_stack, NAMES.stack])
def test_cfn_lint_finds_nothing(stack: str, settings: StageSettings, tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(templates(NAMES, models=MODELS, settings=settings)[stack]))

    done = subprocess.run([str(CFN_LINT), str(file)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@BOTH
def test_logical_ids_are_letters_and_digits(template: dict[str, Any]) -> None:
    assert all(logical_id.isalnum() for logical_id in template["Resources"])


@BOTH
def test_template_fits_into_one_call(template: dict[str, Any]) -> None:
    assert len(json.dumps(template, separators=(",", ":"))) < 51_200


def test_every_task_and_every_model_has_a_function() -> None:
    found = {function["FunctionName"] for function in of_type(MAIN, "AWS::Lambda::Function").values()}

    wanted = {names.task_function("prod", task) for task in PIPELINE}
    wanted |= {names.serving_function("prod", model) for model in MODELS}
    assert found == wanted


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [function["Role"] for function in of_type(MAIN, "AWS::Lambda::Function").values()]

    assert len(set(roles)) == len(roles)
    assert len(of_type(MAIN, "AWS::IAM::Role")) == len(roles) + 1  # and the state machine's


def test_every_function_has_its_log_group() -> None:
    groups = of_type(MAIN, "AWS::Logs::LogGroup").values()

    assert {group["LogGroupName"] for group in groups} == {
        f"/aws/lambda/{each['FunctionName']}" for each in of_type(MAIN, "AWS::Lambda::Function").values()
    }
    assert {group["RetentionInDays"] for group in groups} == {30}


def test_no_statement_permits_everything() -> None:
    for role in of_type(MAIN, "AWS::IAM::Role"):
        for statement in statements(MAIN, role):
            assert WILDCARD not in statement["Resource"] or statement["Action"] == ["cloudwatch:GetMetricData"]
            assert not [action for action in statement["Action"] if action.endswith("*")]


def test_tasks_accept_the_settings_that_the_stack_gives() -> None:
    for function in of_type(MAIN, "AWS::Lambda::Function").values():
        if "Environment" in function:
            settings = load(TaskSettings, function["Environment"]["Variables"])
            assert (settings.stage, settings.stale_days) == ("prod", DEFAULTS.stale_days)


def test_tasks_write_their_lines_and_have_the_layers_that_they_need() -> None:
    functions = of_type(MAIN, "AWS::Lambda::Function")

    for task in PIPELINE:
        found = functions[f"{state_name(task)}Function"]
        assert found["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
        assert found.get("Layers", []) == [f"ref-of-{each.capitalize()}Layer" for each in LAYERS_OF_TASK[task]]


def test_layers_are_left_out_where_they_are_not_wanted() -> None:
    bare = main_template("prod", models=MODELS, with_layers=False)

    assert not of_type(bare, "AWS::Lambda::LayerVersion")
    assert not [each for each in of_type(bare, "AWS::Lambda::Function").values() if "Layers" in each]
    assert MAIN["Resources"].keys() - bare["Resources"].keys() == {
        f"{each.capitalize()}Layer" for each in NOTHING.layers
    }
    assert MAIN["Parameters"].keys() - bare["Parameters"].keys() == {parameter(each) for each in NOTHING.layers}


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


def test_machine_may_invoke_exactly_its_tasks() -> None:
    (statement,) = MAIN["Resources"]["RetrainRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    machine = MAIN["Resources"]["Retrain"]["Properties"]

    functions = {logical_id for logical_id in MAIN["Resources"] if logical_id.endswith("Function")}
    tasks = {each for each in functions if not each.startswith(("Serve", "MoveAlias", "PredictBatch"))}
    assert {each["Fn::GetAtt"][0] for each in statement["Resource"]} == tasks
    assert {f"{state}Function" for state in machine["DefinitionSubstitutions"]} == tasks
    assert statement["Action"] == ["lambda:InvokeFunction"]


def test_code_and_definition_are_named_by_their_content() -> None:
    keys = {function["Code"]["S3Key"] for function in of_type(MAIN, "AWS::Lambda::Function").values()}
    keys |= {layer["Content"]["S3Key"] for layer in of_type(MAIN, "AWS::Lambda::LayerVersion").values()}
    (machine,) = of_type(MAIN, "AWS::StepFunctions::StateMachine").values()

    assert keys == {f"deploy/{'a' * 64}.zip"}
    assert machine["DefinitionS3Location"] == {
        "Bucket": NAMES.bucket,
        "Key": f"deploy/{'a' * 64}.asl.json",
    }


def test_kept_data_can_be_adopted_because_its_names_are_written_out() -> None:
    assert DATA["Resources"]["Bucket"]["Properties"]["BucketName"] == NAMES.bucket


def test_data_outlives_the_stack_but_not_a_failed_first_creation() -> None:
    assert DATA["Resources"]["Bucket"]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert DATA["Resources"]["Bucket"]["UpdateReplacePolicy"] == "Retain"


def test_nothing_that_the_program_rewrites_is_a_property_of_a_template() -> None:
    assert of_type(DATA, "AWS::SSM::Parameter") == of_type(MAIN, "AWS::SSM::Parameter") == {}


def test_bucket_is_versioned_encrypted_and_closed_to_the_public() -> None:
    (bucket,) = of_type(DATA, "AWS::S3::Bucket").values()

    assert bucket["BucketName"] == NAMES.bucket
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


LASTING = ("models/", "imports/", "ledger/", "evidence/", "evidence-erased/", "moves/")
"""What a version that is live or can be put back needs, and what an operator decided."""
CURRENT_LASTS = ("datasets/", "removed/", "deploy/", "tokens/", "locks/")
"""Of these, replaced and deleted versions alone go."""


def lifecycle() -> list[dict[str, Any]]:
    (bucket,) = of_type(DATA, "AWS::S3::Bucket").values()
    rules: list[dict[str, Any]] = bucket["LifecycleConfiguration"]["Rules"]
    return rules


def test_lifecycle_touches_nothing_that_lasts() -> None:
    expiring = [rule for rule in lifecycle() if {"ExpirationInDays", "NoncurrentVersionExpiration"} & rule.keys()]
    whole = {rule["Prefix"]: rule["ExpirationInDays"] for rule in expiring if "ExpirationInDays" in rule}

    assert whole == {"work/": 3, "parts/": 90, "row-answers/": 90, "runs/": 400, "batches/": 7}
    assert sorted({rule["Prefix"] for rule in expiring} - whole.keys()) == sorted(CURRENT_LASTS)
    for rule in expiring:
        assert not any(key.startswith(rule["Prefix"]) or rule["Prefix"].startswith(key) for key in LASTING)


def test_every_prefix_of_the_bucket_is_known_to_last_or_to_go() -> None:
    told = re.findall(r"^([a-z-]+/)", layout.__doc__ or "", re.MULTILINE)

    assert set(told) <= {*LASTING, *CURRENT_LASTS, "work/", "parts/", "row-answers/", "runs/", "batches/"}


def test_no_rule_of_the_lifecycle_is_one_that_s3_refuses() -> None:
    """S3 takes no rule with an age of its own and ExpiredObjectDeleteMarker, and no two of one name."""
    assert [
        rule["Id"] for rule in lifecycle() if {"ExpirationInDays", "ExpiredObjectDeleteMarker"} <= rule.keys()
    ] == []
    assert len({rule["Id"] for rule in lifecycle()}) == len(lifecycle())


def test_local_aws_lets_superseded_versions_go_where_the_lifecycle_does() -> None:
    going = {rule["Prefix"] for rule in lifecycle() if "NoncurrentVersionExpiration" in rule}

    assert going - {*objects.EXPIRING} == {"datasets/", "removed/", "deploy/", "tokens/"}
    assert {*objects.EXPIRING} <= going


def test_resolving_leaves_no_intrinsic_behind() -> None:
    assert "Fn::" not in json.dumps(resolved(MAIN["Resources"])) + json.dumps(resolved(DATA["Resources"]))


def test_tracing_is_switched_on_for_all_or_none() -> None:
    traced = main_template("prod", models=MODELS, settings=EVERYTHING)

    for template, modes in ((MAIN, {None}), (traced, {"Active"})):
        functions = of_type(template, "AWS::Lambda::Function").values()
        assert {each.get("TracingConfig", {}).get("Mode") for each in functions} == modes
    (machine,) = of_type(traced, "AWS::StepFunctions::StateMachine").values()
    assert machine["TracingConfiguration"] == {"Enabled": True}
    for role in of_type(traced, "AWS::IAM::Role"):
        assert statements(traced, role)[-1]["Action"] == list(TRACING_ACTIONS)


def test_serving_memory_is_a_setting_and_belongs_to_the_fingerprint() -> None:
    changed = main_template("prod", models=MODELS, settings=StageSettings(serving_memory_mb=1024))

    assert of_type(changed, "AWS::Lambda::Function")["ServeMnistFunction"]["MemorySize"] == 1024
    assert serving_configuration(StageSettings(serving_memory_mb=1024)) != serving_configuration()


def test_processor_of_tasks_layers_and_serving_functions_is_a_setting() -> None:
    template = main_template("prod", models=["a-model"], settings=StageSettings(architecture="arm64"))

    properties = [each["Properties"] for each in template["Resources"].values()]
    named = [each["Architectures"] for each in properties if "Architectures" in each]
    layers = [each["CompatibleArchitectures"] for each in properties if "CompatibleArchitectures" in each]
    assert named == [["arm64"]] * (len(PIPELINE) + 1)
    assert layers == [["arm64"]] * len(NOTHING.layers)
