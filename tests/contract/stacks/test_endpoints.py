"""What a stage has beside the rest when versions have endpoints, and what its roles may do then."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.errors import SettingsInvalid
from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.evaluating import permits
from tests.contract.stacks.reading import statements
from workflows.definitions.rendering import TRANSFORM, golden
from workflows.packaging.needs import Needs
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/nightswap:7"
SETTINGS = replace(DEFAULTS, endpoint_image=IMAGE)
NEEDS = Needs(endpoints=("kdd99-http",))
MODELS = ["kdd99-http", "digits"]
PLAIN = main_template("prod", models=MODELS)
MAIN = main_template("prod", models=MODELS, settings=SETTINGS, needs=NEEDS)
HERE = "eu-west-1:123456789012"
BUCKET = "arn:aws:s3:::nightswap-prod-123456789012-eu-west-1"
ENDPOINT = f"arn:aws:sagemaker:{HERE}:endpoint/nightswap-prod-kdd99-http-v7"
CONFIG, MODEL = (ENDPOINT.replace(":endpoint/", f":{kind}/") for kind in ("endpoint-config", "model"))
TARGET = f"arn:aws:application-autoscaling:{HERE}:scalable-target/0123456789abcdef"
OF_SAGEMAKER = {"application-autoscaling:service-namespace": "sagemaker"}
IDLE = f"arn:aws:cloudwatch:{HERE}:alarm:nightswap-prod-kdd99-http-v7-idle"
LOG = f"arn:aws:logs:{HERE}:log-group:/aws/sagemaker/Endpoints/nightswap-prod-kdd99-http-v7"
REPOSITORY = "arn:aws:ecr:eu-west-1:123456789012:repository/team/nightswap"
KEY = f"arn:aws:kms:{HERE}:key/0a1b2c3d"
NETWORK = "subnet-0123abcd sg-0123abcd"
INSIDE = main_template(
    "prod", models=MODELS, settings=replace(SETTINGS, endpoint_network=NETWORK, endpoint_key=KEY), needs=NEEDS
)
EC2 = f"arn:aws:ec2:{HERE}"
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
DATA = f"{BUCKET}/models/kdd99-http/versions/000007/endpoint.tar.gz"
BATCH = f"{BUCKET}/batches/transform/kdd99-http-0123456789abcdef0123"
TRANSFORM_LOGS = f"arn:aws:logs:{HERE}:log-group:/aws/sagemaker/TransformJobs"
STREAM = f"{TRANSFORM_LOGS}:log-stream:nightswap-prod-transform-0123456789abcdef0123-1/i-0123"
TRANSFORM_JOB = f"arn:aws:sagemaker:{HERE}:transform-job/nightswap-prod-transform-0123456789abcdef0123-1"
TRANSFORM_RULE = f"arn:aws:events:{HERE}:rule/StepFunctionsGetEventsForSageMakerTransformJobsRule"
WITH_KEY = ("Endpoint", "Retrain", "Transform")
BY_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}


def test_stage_without_such_a_recipe_has_nothing_of_it() -> None:
    assert main_template("prod", models=MODELS, settings=SETTINGS) == PLAIN
    assert "sagemaker" not in json.dumps(PLAIN).lower()
    assert set(MAIN["Resources"]) - set(PLAIN["Resources"]) == {"EndpointRole", "TransformRole", "Transform"}
    changed = {name for name, each in PLAIN["Resources"].items() if MAIN["Resources"][name] != each}
    assert changed == {
        *("RetrainRole", "Retrain", "ServeKdd99XhttpRole"),
        *("RestoreAliasRole", "RestoreAliasFunction", "RecordOutcomeRole", "RecordOutcomeFunction"),
    }


def test_idle_endpoint_is_told_to_the_stage_s_topic() -> None:
    given = MAIN["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]

    assert given["AlertsTopic"] == PLAIN["Resources"]["ServeDigitsErrorsAlarm"]["Properties"]["AlarmActions"][0]


def test_image_is_the_setting_s_and_a_stage_without_one_is_not_deployed() -> None:
    given = MAIN["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]
    assert given["EndpointImage"] == IMAGE

    with pytest.raises(SettingsInvalid, match=r"recipe of kdd99-http .* NIGHTSWAP_ENDPOINT_IMAGE names no image"):
        main_template("prod", models=MODELS, needs=NEEDS)


@pytest.mark.parametrize(
    "settings", [replace(SETTINGS, endpoint_network=NETWORK), replace(SETTINGS, endpoint_key=KEY)]
)
def test_network_or_key_beside_a_serverless_endpoint_is_refused(settings: StageSettings) -> None:
    needs = replace(NEEDS, serverless=("kdd99-http",))
    main_template("prod", models=MODELS, settings=SETTINGS, needs=needs)

    with pytest.raises(
        SettingsInvalid, match=r"recipe of kdd99-http .* serverless .* NIGHTSWAP_ENDPOINT_(NETWORK|KEY)"
    ):
        main_template("prod", models=MODELS, settings=settings, needs=needs)


def test_network_and_key_change_the_roles_of_endpoints_and_of_the_machines_alone() -> None:
    changed = {name for name, each in MAIN["Resources"].items() if INSIDE["Resources"][name] != each}

    assert changed == {"EndpointRole", "RetrainRole", "TransformRole"}
    assert INSIDE["Resources"].keys() == MAIN["Resources"].keys()


@pytest.mark.parametrize(
    ("who", "action", "resource", "may"),
    [
        ("Endpoint", "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-0123abcd", True),
        ("Endpoint", "ec2:CreateNetworkInterface", f"{EC2}:security-group/sg-0123abcd", True),
        ("Endpoint", "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-89ab0123", False),
        ("Endpoint", "ec2:DeleteNetworkInterface", f"{EC2}:network-interface/eni-0123abcd", True),
        ("Endpoint", "ec2:DescribeVpcs", "*", True),
        ("Endpoint", "ec2:RunInstances", f"{EC2}:instance/*", False),
        ("Retrain", "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-0123abcd", False),
        *((who, "kms:DescribeKey", KEY, True) for who in WITH_KEY),
        *((who, "kms:DescribeKey", KEY.replace("0a1b", "9f9f"), False) for who in WITH_KEY),
        *((who, "kms:Decrypt", KEY, False) for who in (*WITH_KEY, "ServeKdd99Xhttp", "VersionModel")),
    ],
)
def test_what_is_permitted_in_the_stages_network_and_with_its_key(
    who: str, action: str, resource: str, may: bool
) -> None:
    assert permits(statements(INSIDE, f"{who}Role"), action, resource) is may


@pytest.mark.parametrize("who", WITH_KEY)
def test_key_is_granted_to_a_service_of_aws_alone(who: str) -> None:
    granted = statements(INSIDE, f"{who}Role")

    assert permits(granted, "kms:CreateGrant", KEY, context={"kms:GrantIsForAWSResource": "true"})
    assert not permits(granted, "kms:CreateGrant", KEY, context={"kms:GrantIsForAWSResource": "false"})


@pytest.mark.parametrize("action", ["kms:GenerateDataKey", "kms:Decrypt"])
def test_outputs_of_a_transform_are_under_the_key_by_s3_alone(action: str) -> None:
    granted = statements(INSIDE, "EndpointRole")

    assert permits(granted, action, KEY, context=BY_S3)
    assert not permits(granted, action, KEY, context={"kms:ViaService": "ec2.eu-west-1.amazonaws.com"})
    assert not permits(granted, action, KEY.replace("0a1b", "9f9f"), context=BY_S3)


@pytest.mark.parametrize(
    ("prefix", "may"), [("batches/transform/a-batch/in/", True), ("batches/in/", False), ("datasets/", False)]
)
def test_transform_lists_the_chunks_of_batches_alone(prefix: str, may: bool) -> None:
    granted = statements(MAIN, "EndpointRole")

    assert permits(granted, "s3:ListBucket", BUCKET, context={"s3:prefix": prefix}) is may


def test_cfn_lint_finds_nothing_in_the_stack_of_such_a_stage(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(INSIDE))

    done = subprocess.run([str(CFN_LINT), str(file)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        ("Retrain", "sagemaker:CreateModel", MODEL),
        ("Retrain", "sagemaker:CreateEndpointConfig", CONFIG),
        ("Retrain", "sagemaker:CreateEndpoint", CONFIG),
        ("Retrain", "sagemaker:CreateEndpoint", ENDPOINT),
        ("Retrain", "sagemaker:DescribeEndpoint", ENDPOINT),
        ("Retrain", "cloudwatch:PutMetricAlarm", IDLE),
        ("ServeKdd99Xhttp", "sagemaker:InvokeEndpoint", ENDPOINT),
        *(
            ("Transform", f"sagemaker:{action}", TRANSFORM_JOB)
            for action in ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob", "AddTags")
        ),
        *(("Transform", f"events:{action}", TRANSFORM_RULE) for action in ("PutTargets", "PutRule", "DescribeRule")),
        *(
            (who, action, resource)
            for who in ("RecordOutcome", "RestoreAlias")
            for action, resource in (
                ("sagemaker:ListEndpoints", "*"),
                ("sagemaker:DeleteEndpoint", ENDPOINT),
                ("sagemaker:DeleteEndpointConfig", CONFIG),
                ("sagemaker:DeleteModel", MODEL),
                ("cloudwatch:DeleteAlarms", IDLE),
                ("s3:GetObject", f"{BUCKET}/models/kdd99-http/pin.json"),
                ("lambda:GetAlias", f"arn:aws:lambda:{HERE}:function:nightswap-prod-serve-kdd99-http"),
            )
        ),
        ("Endpoint", "s3:GetObject", DATA),
        ("Endpoint", "ecr:BatchGetImage", REPOSITORY),
        ("Endpoint", "logs:PutLogEvents", LOG),
        ("Endpoint", "s3:GetObject", f"{BATCH}/in/000001-0123456789abcdef.jsonl"),
        ("Endpoint", "s3:GetObject", f"{BATCH}/jobs/1.json"),
        ("Endpoint", "s3:PutObject", f"{BATCH}/out/000001-0123456789abcdef.jsonl.out"),
        ("Endpoint", "logs:CreateLogStream", STREAM),
        ("Endpoint", "logs:PutLogEvents", STREAM),
        ("Endpoint", "logs:CreateLogGroup", f"{TRANSFORM_LOGS}:*"),
    ],
)
def test_is_permitted(who: str, action: str, resource: str) -> None:
    assert permits(statements(MAIN, f"{who}Role"), action, resource)


@pytest.mark.parametrize(
    ("who", "action"),
    [
        ("Retrain", "RegisterScalableTarget"),
        ("Retrain", "PutScalingPolicy"),
        ("Retrain", "PutScheduledAction"),
        ("RecordOutcome", "DeregisterScalableTarget"),
    ],
)
def test_number_of_instances_is_sagemaker_s_alone(who: str, action: str) -> None:
    granted = statements(MAIN, f"{who}Role")

    assert permits(granted, f"application-autoscaling:{action}", TARGET, context=OF_SAGEMAKER)
    other = {"application-autoscaling:service-namespace": "dynamodb"}
    assert not permits(granted, f"application-autoscaling:{action}", TARGET, context=other)


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        ("Retrain", "sagemaker:CreateEndpoint", ENDPOINT.replace("nightswap-prod-", "nightswap-other-")),
        ("Retrain", "sagemaker:DeleteEndpoint", ENDPOINT),
        ("Retrain", "cloudwatch:PutMetricAlarm", IDLE.replace("-idle", "-errors")),
        ("Retrain", "cloudwatch:DeleteAlarms", IDLE),
        ("RecordOutcome", "cloudwatch:DeleteAlarms", IDLE.replace("-idle", "-failing")),
        ("RecordOutcome", "cloudwatch:DeleteAlarms", IDLE.replace("nightswap-prod-", "nightswap-other-")),
        ("Retrain", "sagemaker:InvokeEndpoint", ENDPOINT),
        ("Retrain", "sagemaker:CreateTrainingJob", f"arn:aws:sagemaker:{HERE}:training-job/nightswap-prod-a"),
        ("Retrain", "iam:PassRole", "arn:aws:iam::123456789012:role/another"),
        ("Retrain", "sagemaker:CreateTransformJob", TRANSFORM_JOB),
        ("Transform", "sagemaker:CreateTransformJob", TRANSFORM_JOB.replace("nightswap-prod-", "nightswap-other-")),
        ("Transform", "sagemaker:CreateTrainingJob", f"arn:aws:sagemaker:{HERE}:training-job/nightswap-prod-a"),
        ("Transform", "events:PutRule", f"arn:aws:events:{HERE}:rule/another"),
        ("Transform", "iam:PassRole", "arn:aws:iam::123456789012:role/another"),
        ("Transform", "lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:nightswap-prod-train"),
        ("Transform", "s3:GetObject", f"{BATCH}/jobs/1.json"),
        ("ServeDigits", "sagemaker:InvokeEndpoint", ENDPOINT),
        ("ServeKdd99Xhttp", "sagemaker:InvokeEndpoint", ENDPOINT.replace("kdd99-http", "digits")),
        ("RecordOutcome", "sagemaker:DeleteEndpoint", ENDPOINT.replace("nightswap-prod-", "somebody-")),
        ("RecordOutcome", "lambda:UpdateAlias", f"arn:aws:lambda:{HERE}:function:nightswap-prod-serve-kdd99-http"),
        ("Replay", "sagemaker:DeleteEndpoint", ENDPOINT),
        ("Endpoint", "s3:GetObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
        ("Endpoint", "s3:GetObject", DATA.replace("endpoint.tar.gz", "package.zip")),
        ("Endpoint", "s3:PutObject", DATA),
        ("Endpoint", "s3:PutObject", f"{BATCH}/in/000001-0123456789abcdef.jsonl"),
        ("Endpoint", "s3:PutObject", f"{BATCH}/request.json"),
        ("Endpoint", "s3:GetObject", f"{BATCH}/request.json"),
        ("Endpoint", "s3:GetObject", f"{BUCKET}/batches/in/rows.csv"),
        ("Endpoint", "s3:PutObject", f"{BUCKET}/batches/out/kdd99-http-0123456789abcdef0123/ended.json"),
        ("Endpoint", "s3:DeleteObject", f"{BATCH}/out/000001-0123456789abcdef.jsonl.out"),
        ("Endpoint", "logs:PutLogEvents", STREAM.replace("nightswap-prod-", "somebody-")),
        ("Endpoint", "kms:GenerateDataKey", KEY),
        ("Endpoint", "ecr:BatchGetImage", REPOSITORY.replace("nightswap", "another")),
        ("Endpoint", "logs:PutLogEvents", LOG.replace("nightswap-prod-", "somebody-")),
    ],
)
def test_is_forbidden(who: str, action: str, resource: str) -> None:
    assert not permits(statements(MAIN, f"{who}Role"), action, resource)


@pytest.mark.parametrize(("service", "may"), [("sagemaker.amazonaws.com", True), ("lambda.amazonaws.com", False)])
def test_role_of_the_endpoints_is_handed_to_sagemaker_alone(service: str, may: bool) -> None:
    [passing] = [each for each in statements(MAIN, "RetrainRole") if each["Action"] == ["iam:PassRole"]]

    role = str(passing["Resource"][0])
    assert permits([passing], "iam:PassRole", role, context={"iam:PassedToService": service}) is may
    trusted = MAIN["Resources"]["EndpointRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trusted] == [{"Service": "sagemaker.amazonaws.com"}]


def test_machine_that_transforms_has_the_name_and_the_definition_of_the_stage() -> None:
    machine = MAIN["Resources"]["Transform"]["Properties"]

    assert machine["StateMachineName"] == "nightswap-prod-transform"
    assert machine["RoleArn"] == {"Fn::GetAtt": ["TransformRole", "Arn"]}
    assert "${TransformDefinitionSha256}.asl.json" in machine["DefinitionS3Location"]["Key"]["Fn::Sub"]
    assert set(MAIN["Parameters"]) - set(PLAIN["Parameters"]) == {"TransformDefinitionSha256"}
    assert set(re.findall(r"\$\{(\w+)\}", golden(TRANSFORM))) == set(machine["DefinitionSubstitutions"])
