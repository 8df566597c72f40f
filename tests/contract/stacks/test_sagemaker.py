"""What a stage has beside the rest when a recipe trains on SageMaker, and what its roles may do then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.evaluating import permits
from tests.contract.stacks.reading import statements
from tests.contract.stacks.sdk_images import registry, retrieved
from workflows.packaging.needs import Needs
from workflows.stacks.main_stack import main_template
from workflows.stacks.sagemaker import REGISTRIES, REPOSITORY, TAG

ROOT = Path(__file__).parents[3]
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
PLAIN = main_template("prod", models=["kdd99-http"])
MAIN = main_template("prod", models=["kdd99-http"], needs=Needs(on_sagemaker=("kdd99-http",)))
HERE = "eu-west-1:123456789012"
BUCKET = "arn:aws:s3:::nightswap-prod-123456789012-eu-west-1"
JOB = f"arn:aws:sagemaker:{HERE}:training-job/nightswap-prod-kdd99-http-0123456789abcdef"
RULE = f"arn:aws:events:{HERE}:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule"
LOG = f"arn:aws:logs:{HERE}:log-group:/aws/sagemaker/TrainingJobs"
IMAGE = "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"


def test_stage_without_such_a_recipe_has_nothing_of_it() -> None:
    assert "SageMaker" not in json.dumps(PLAIN)
    assert "sagemaker" not in json.dumps(PLAIN)
    assert set(MAIN["Resources"]) - set(PLAIN["Resources"]) == {"TrainingRole"}
    changed = {name for name, each in PLAIN["Resources"].items() if MAIN["Resources"][name] != each}
    assert changed == {"RetrainRole", "Retrain", "RestoreAliasRole"}


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        *(
            ("Retrain", f"sagemaker:{action}", JOB)
            for action in ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags")
        ),
        *(("RestoreAlias", f"sagemaker:{action}", JOB) for action in ("DescribeTrainingJob", "StopTrainingJob")),
        *(("Retrain", f"events:{action}", RULE) for action in ("PutTargets", "PutRule", "DescribeRule")),
        ("Training", "s3:GetObject", f"{BUCKET}/parts/kdd99-http/{64 * 'a'}.zip"),
        ("Training", "s3:GetObject", f"{BUCKET}/work/a-run/sides/manifest.json"),
        ("Training", "s3:GetObject", f"{BUCKET}/deploy/{64 * 'a'}.tar.gz"),
        ("Training", "s3:PutObject", f"{BUCKET}/work/a-run/sides/training/a-job/output/model.tar.gz"),
        ("Training", "s3:PutObject", f"{BUCKET}/work/a-run/sides/training/checkpoints/xgboost-checkpoint.9"),
        ("Training", "s3:GetObject", f"{BUCKET}/work/a-run/sides/training/checkpoints/xgboost-checkpoint.9"),
        ("Training", "logs:PutLogEvents", f"{LOG}:log-stream:a"),
        ("Training", "ecr:BatchGetImage", IMAGE),
        ("Train", "s3:GetObject", f"{BUCKET}/work/a-run/sides/training/a-job/output/model.tar.gz"),
    ],
)
def test_is_permitted(who: str, action: str, resource: str) -> None:
    assert permits(statements(MAIN, f"{who}Role"), action, resource)


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        ("Retrain", "sagemaker:CreateTrainingJob", JOB.replace("nightswap-prod-", "nightswap-other-")),
        ("Retrain", "sagemaker:CreateTrainingJob", JOB.replace("nightswap-prod-", "somebody-")),
        ("Retrain", "sagemaker:CreateEndpoint", f"arn:aws:sagemaker:{HERE}:endpoint/nightswap-prod-a"),
        ("Retrain", "sagemaker:DeleteTrainingJob", JOB),
        ("RestoreAlias", "sagemaker:StopTrainingJob", JOB.replace("nightswap-prod-", "nightswap-other-")),
        ("RestoreAlias", "sagemaker:StopTrainingJob", JOB.replace("nightswap-prod-", "somebody-")),
        ("RestoreAlias", "sagemaker:CreateTrainingJob", JOB),
        ("Retrain", "events:PutRule", f"arn:aws:events:{HERE}:rule/another"),
        ("Retrain", "iam:PassRole", "arn:aws:iam::123456789012:role/another"),
        ("Training", "s3:PutObject", f"{BUCKET}/work/a-run/model.json"),
        ("Training", "s3:PutObject", f"{BUCKET}/work/a-run/sides/train.json"),
        ("Training", "s3:PutObject", f"{BUCKET}/runs/a-run/report.json"),
        ("Training", "s3:GetObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
        ("Training", "s3:GetObject", f"{BUCKET}/tokens/{64 * 'a'}.json"),
        ("Training", "s3:GetObject", f"{BUCKET}/deploy/{64 * 'a'}.zip"),
        ("Training", "s3:DeleteObject", f"{BUCKET}/work/a-run/sides/manifest.json"),
        ("Training", "lambda:UpdateAlias", f"arn:aws:lambda:{HERE}:function:nightswap-prod-serve-kdd99-http"),
        ("Training", "ecr:BatchGetImage", IMAGE.replace(REPOSITORY, "another")),
    ],
)
def test_is_forbidden(who: str, action: str, resource: str) -> None:
    assert not permits(statements(MAIN, f"{who}Role"), action, resource)


@pytest.mark.parametrize(("service", "may"), [("sagemaker.amazonaws.com", True), ("lambda.amazonaws.com", False)])
def test_role_of_the_jobs_is_handed_to_sagemaker_alone(service: str, may: bool) -> None:
    [passing] = [each for each in statements(MAIN, "RetrainRole") if each["Action"] == ["iam:PassRole"]]

    role = passing["Resource"][0]
    assert permits([passing], "iam:PassRole", str(role), context={"iam:PassedToService": service}) is may
    trusted = MAIN["Resources"]["TrainingRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trusted] == [{"Service": "sagemaker.amazonaws.com"}]


def test_image_of_each_region_is_the_sdks() -> None:
    script = {"framework": "sklearn", "version": "1.4-2", "py_version": "py3", "instance_type": "ml.m5.large"}

    assert retrieved(REGISTRIES, script) == {
        region: [f"{registry(account, region)}/{REPOSITORY}:{TAG}"] for region, account in REGISTRIES.items()
    }


KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
INSIDE = main_template(
    "prod",
    models=["kdd99-http"],
    settings=StageSettings(training_network="subnet-0123abcd sg-0123abcd", training_key=KEY),
    needs=Needs(on_sagemaker=("kdd99-http",)),
)
EC2 = f"arn:aws:ec2:{HERE}"


def test_network_and_key_change_the_roles_of_the_jobs_and_of_train_alone() -> None:
    changed = {name for name, each in MAIN["Resources"].items() if INSIDE["Resources"][name] != each}

    assert changed == {"TrainingRole", "TrainRole"}
    assert INSIDE["Resources"].keys() == MAIN["Resources"].keys()


@pytest.mark.parametrize(
    ("who", "action", "resource", "may"),
    [
        ("Training", "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-0123abcd", True),
        ("Training", "ec2:CreateNetworkInterface", f"{EC2}:security-group/sg-0123abcd", True),
        ("Training", "ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123abcd", True),
        ("Training", "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-89ab0123", False),
        ("Training", "ec2:DeleteNetworkInterface", f"{EC2}:network-interface/eni-0123abcd", True),
        ("Training", "ec2:DescribeSubnets", "*", True),
        ("Training", "ec2:RunInstances", f"{EC2}:instance/*", False),
        ("Training", "kms:CreateGrant", KEY, True),
        ("Training", "kms:GenerateDataKey", KEY, True),
        ("Training", "kms:Decrypt", KEY.replace("0a1b", "9f9f"), False),
        ("Train", "kms:Decrypt", KEY, True),
        ("Train", "kms:Encrypt", KEY, False),
        ("Evaluate", "kms:Decrypt", KEY, False),
    ],
)
def test_what_jobs_may_do_in_the_stages_network_and_with_its_key(
    who: str, action: str, resource: str, may: bool
) -> None:
    assert permits(statements(INSIDE, f"{who}Role"), action, resource) is may


@pytest.mark.parametrize(
    "needs", [Needs(on_sagemaker=("kdd99-http",)), Needs(on_sagemaker=("kdd99-http",), by_built_ins=("kdd99-http",))]
)
def test_cfn_lint_finds_nothing_in_the_stack_of_such_a_stage(needs: Needs, tmp_path: Path) -> None:
    settings = StageSettings(training_network="subnet-0123abcd sg-0123abcd", training_key=KEY, xray="on")
    template = main_template("prod", models=["kdd99-http"], settings=settings, needs=needs)
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template))

    done = subprocess.run([str(CFN_LINT), str(file)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
