"""Every policy of the product, with its statements as AWS would read them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.reading import of_type, statements
from tests.short_forms import read_template
from workflows.doctor.deployer_policy import deployer_policy
from workflows.packaging.needs import NOTHING, Needs
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template

ROOT = Path(__file__).parents[3]
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
BOUNDARY = "arn:aws:iam::123456789012:policy/a-boundary"
IMAGE_OF_ENDPOINTS = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/nightswap:7"
SETTINGS = StageSettings(
    alert_email="ops@example.com",
    xray="on",
    permissions_boundary=BOUNDARY,
    direct_concurrency=5,
    monthly_budget_usd=50,
    endpoint_image=IMAGE_OF_ENDPOINTS,
)
OF_HOSTED = dataclasses.replace(
    SETTINGS,
    endpoint_network="subnet-0123abcd sg-0123abcd",
    endpoint_key="arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d",
)
MODELS = ["kdd99-http", "mnist"]
ON_SAGEMAKER = Needs(on_sagemaker=("mnist",), by_tuner=("mnist",))
WITH_ENDPOINTS = Needs(endpoints=("mnist",))
OF_ENDPOINTS = {
    *("RetrainRole", "RestoreAliasRole", "RecordOutcomeRole", "ServeMnistRole", "EndpointRole", "TransformRole"),
}
"""The roles that a stage with endpoints has beside the rest, or with more in them."""
OF_JOBS = dataclasses.replace(
    SETTINGS,
    training_network="subnet-0123abcd sg-0123abcd",
    training_key="arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d",
)
OF_SAGEMAKER = {"RetrainRole", "RestoreAliasRole", "TrainRole", "TrainingRole"}
"""The roles that such a stage has beside the rest, or with more in them."""
IMAGE = ROOT / "workflows" / "container" / "template.yaml"
OF_THE_IMAGE = {
    "Log.Arn": "arn:aws:logs:eu-west-1:123456789012:log-group:the-log:*",
    "Packages.Arn": "arn:aws:s3:::the-packages",
    "${Packages.Arn}/*": "arn:aws:s3:::the-packages/*",
}
"""What the ARNs of the container's template become."""

Statement = Mapping[str, Any]


def policies() -> dict[str, list[Statement]]:
    """The statements by the name of their policy, but those that say who may assume a role."""
    return {
        "deployer": deployer_policy(NAMES, with_budget=True)["Statement"],
        "bounded-deployer": deployer_policy(NAMES, boundary=BOUNDARY, with_budget=True)["Statement"],
        "bucket": _policy("AWS::S3::BucketPolicy"),
        "alerts": _policy("AWS::SNS::TopicPolicy"),
        **{file.stem: json.loads(file.read_bytes())["Statement"] for file in (ROOT / ".chalice").glob("policy-*")},
        **_roles(),
        **{
            f"{role}-with-endpoints": found
            for role, found in _roles(OF_HOSTED, WITH_ENDPOINTS).items()
            if role in OF_ENDPOINTS
        },
        **{
            f"{role}-on-sagemaker": found
            for role, found in _roles(OF_JOBS, ON_SAGEMAKER).items()
            if role in OF_SAGEMAKER
        },
        **_image(),
    }


def _policy(kind: str) -> list[Statement]:
    """Of the one resource of that type that has one."""
    (policy,) = of_type(data_template(NAMES, settings=SETTINGS), kind).values()
    found: list[Statement] = policy["PolicyDocument"]["Statement"]
    return found


def _roles(settings: StageSettings = SETTINGS, needs: Needs = NOTHING) -> dict[str, list[Statement]]:
    template = main_template(NAMES.stage, models=MODELS, settings=settings, needs=needs)
    functions = {
        key: f"arn:aws:lambda:eu-west-1:123456789012:function:{properties['FunctionName']}"
        for key, properties in of_type(template, "AWS::Lambda::Function").items()
    } | {
        role: f"arn:aws:iam::123456789012:role/nightswap-prod-{role}" for role in of_type(template, "AWS::IAM::Role")
    }
    return {
        role: [_with_functions(each, functions) for each in statements(template, role)]
        for role in of_type(template, "AWS::IAM::Role")
    }


def _with_functions(statement: Statement, functions: Mapping[str, str]) -> Statement:
    """The statement with the ARNs of functions and of roles that it passes on: the reader of templates only knows
    which are meant."""
    named = [re.sub(r".*:role/(\w+)$", lambda found: functions[found[1]], each) for each in statement["Resource"]]
    return {**statement, "Resource": named}


def _image() -> dict[str, list[Statement]]:
    read = read_template(IMAGE)["Resources"]
    (log,) = read["Role"]["Properties"]["Policies"]
    documents = {
        "image-role": log["PolicyDocument"],
        "image-bucket": read["PackagesPolicy"]["Properties"]["PolicyDocument"],
    }
    return {
        who: [
            {
                **each,
                "Action": listed(each["Action"]),
                "Resource": [OF_THE_IMAGE[arn] for arn in listed(each["Resource"])],
            }
            for each in document["Statement"]
        ]
        for who, document in documents.items()
    }


def listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]
