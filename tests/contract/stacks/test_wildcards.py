"""Every wildcard in a policy, and why it is there. Chalice's policy files cannot carry comments: these are theirs.

In those files partition, account and region stand as a constant and two wildcards, because they are unknown when a
file is committed; what such a role may do is bound to its own account all the same, by IAM.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.reading import of_type, statements
from workflows.packaging.needs import Needs
from workflows.stacks.main_stack import main_template

CHALICE = Path(__file__).parents[3] / ".chalice"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
MAIN = main_template("prod", models=["kdd99-http"], settings=StageSettings(xray="on"))
ON_SAGEMAKER = main_template(
    "prod",
    models=["kdd99-http"],
    settings=StageSettings(training_network="subnet-0123abcd sg-0123abcd", training_key=KEY),
    needs=Needs(on_sagemaker=("kdd99-http",), by_built_ins=("kdd99-http",), by_tuner=("kdd99-http",)),
)
WITH_ENDPOINTS = main_template(
    "prod",
    models=["kdd99-http"],
    settings=StageSettings(
        endpoint_image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/nightswap:7",
        endpoint_network="subnet-0123abcd sg-0123abcd",
        endpoint_key=KEY,
    ),
    needs=Needs(endpoints=("kdd99-http",)),
)
FILES = sorted(CHALICE.glob("policy-*.json"))

REASONS = {
    r"log-group:/aws/lambda/nightswap-S[a-z0-9-]*:\*": "the streams of the function's own log, which Lambda names",
    r"log-group:/aws/lambda/nightswap-S-serve-\*:\*": "the log of any model's serving function",
    r"function:nightswap-S-serve-\*": "a serving function for each model, with its versions and its alias",
    r"function:nightswap-S-serve-\*:live": "the alias of every serving function, and nothing else of it",
    r"function:nightswap-S-serve-\*:\*": "its numbered versions; no pattern says number, so the others are denied",
    r"function:nightswap-S-serve-\*:\$LATEST": "what is denied: the code that is no version yet",
    r"execution:nightswap-S-retrain:\*": "an execution is called as its run",
    r"nightswap-S-[0-9a-z*-]+/datasets/\*": "MODEL/FILE: the data set of any model",
    r"nightswap-S-[0-9a-z*-]+/(runs|work)/\*(/[a-z_]+\*?)?(\.json|/\*)?": "RUN/DOCUMENT: a run has no name yet",
    r"nightswap-S-[0-9a-z*-]+/work/\*/sides/(training/)?\*": "RUN/SIDE: which parts are its, what a job of it made",
    r"nightswap-S-[0-9a-z*-]+/parts/\*": "MODEL/SHA256: a part is named by its content",
    r"nightswap-S-[0-9a-z*-]+/imports/\*": "MODEL/SHA256: a model's file that was imported",
    r"nightswap-S-[0-9a-z*-]+/row-answers/\*": "MODEL/RUN: what a run's versions answered row by row",
    r"nightswap-S-[0-9a-z*-]+/work/\*/model\.\*": "RUN/ARTIFACT: its name's ending is its format's",
    r"nightswap-S-[0-9a-z*-]+/models/\*/(versions|rejected)/\*": "MODEL/NUMBER/FILE: what is known of a version",
    r"nightswap-S-[0-9a-z*-]+/models/\*/judged\.json": "MODEL: the last model that its gate refused",
    r"nightswap-S-[0-9a-z*-]+/models/\*/quarantine/\*": "MODEL/FINGERPRINT: what is not to be tried again",
    r"nightswap-S-[0-9a-z*-]+/models/\*/quality/\*": "MODEL/NIGHT: what the live version made of new rows",
    r"nightswap-S-[0-9a-z*-]+/models/\*/qua\*": "both of these",
    r"nightswap-S-[0-9a-z*-]+/models/\*/quarantined\.json": "MODEL: what is left out of its data",
    r"nightswap-S-[0-9a-z*-]+/models/\*/pin\.json": "MODEL: the version that stays live",
    r"nightswap-S-[0-9a-z*-]+/models/\*/waiting\.json": "MODEL: the version that waits for approval",
    r"nightswap-S-[0-9a-z*-]+/models/\*/untold/\*": "MODEL/RUN: a notice that is still to be sent",
    r"nightswap-S-[0-9a-z*-]+/moves/\*/told\.json": "NAME: whether that move was announced",
    r"nightswap-S-[0-9a-z*-]+/moves/\*": "NAME: what an operator asked for, whose name the request has",
    r"nightswap-S-[0-9a-z*-]+/(locks|ledger|evidence\*?)/\*": "MODEL: what is kept of any model, and what was erased",
    r"nightswap-S-[0-9a-z*-]+/models/\*/versions/\*/manifest\.json": "MODEL/NUMBER: the record of a version",
    r"nightswap-S-[0-9a-z*-]+/batches/(out/)?\*": "a file that a caller stored, and BATCH/FILE: what became of it",
    r"nightswap-S-\*/batches/out/\*(/request)?\.json": "BATCH: which file, and how far it is",
    r"nightswap-S-[0-9a-z*-]+/tokens/\*": "SHA-256: a token is made when there is a need of one",
    r"nightswap-S-\*/deploy/models\.json": "the bucket's name ends in account and region",
    r"nightswap-S-\*": "the bucket's name ends in account and region; no other stage's name can begin so",
    r"training-job/nightswap-S-\*": "a job is named after its run",
    r"hyper-parameter-tuning-job/nightswap-S-\*": "a search is named after its run, too",
    r"nightswap-S-[0-9a-z*-]+/deploy/\*\.tar\.gz": "SHA256: the code of the jobs",
    r"log-group:/aws/sagemaker/TrainingJobs:\*": "the streams of the jobs' log, which SageMaker names",
    r"network-interface/\*": "the interfaces of a job or an endpoint in the stage's subnets, which EC2 names",
    r"(endpoint|endpoint-config|model)/nightswap-S-\*": "MODEL-vNUMBER: an endpoint is named after its version",
    r"endpoint/nightswap-S-kdd99-http-v\*": "NUMBER: what one function asks, of its own model alone",
    r"nightswap-S-[0-9a-z*-]+/models/\*/versions/\*/endpoint\.tar\.gz": "MODEL/NUMBER: what an endpoint runs",
    r"log-group:/aws/sagemaker/Endpoints/nightswap-S-\*": "the log of an endpoint, which is named as it",
    r"nightswap-S-[0-9a-z*-]+/batches/transform/\*/(in|jobs|out)/\*": "BATCH/CHUNK: what SageMaker transforms",
    r"transform-job/nightswap-S-transform-\*": "the stage's jobs, of which each has its batch's name",
    r"log-group:/aws/sagemaker/TransformJobs:\*": "the streams of such a job's log, which SageMaker names",
    r"log-group:/aws/sagemaker/TransformJobs:log-stream:nightswap-S-transform-\*": "those of the stage's own jobs",
    r"alarm:nightswap-S-\*-idle": "MODEL-vNUMBER: the alarm of an endpoint is named after it",
    r"scalable-target/\*": "Application Auto Scaling names its targets; a condition names the service",
    r"alarm:TargetTracking-\*": "Application Auto Scaling names its alarms",
    r"\*": "what Lambda, CloudWatch, X-Ray, ECR, EC2 and SageMaker know no narrower resource for",
}
UNBOUND = {
    "cloudwatch:GetMetricData",
    "cloudwatch:PutMetricData",
    "sagemaker:ListEndpoints",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "ecr:GetAuthorizationToken",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
}
"""The actions that AWS grants on everything or not at all.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html,
list_amazoncloudwatch.html, list_awsx-ray.html, list_amazonelasticcontainerregistry.html, list_amazonec2.html and
list_amazonsagemaker.html
"""


def of_chalice(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_bytes())["Statement"]
    return found


STATEMENTS = [
    *((file.name, each) for file in FILES for each in of_chalice(file)),
    *(
        (role, each)
        for template in (MAIN, ON_SAGEMAKER, WITH_ENDPOINTS)
        for role in of_type(template, "AWS::IAM::Role")
        for each in statements(template, role)
    ),
]
"""Whose each is, and what it says."""


def name_of(resource: str) -> str:
    """The part of an ARN that is the account's to choose, of stage S; refuses wildcards in the parts before it.

    >>> name_of("arn:aws:states:*:*:execution:nightswap-prod-retrain:*")
    'execution:nightswap-S-retrain:*'
    """
    if resource == "*":
        return resource
    _, partition, service, region, account, name = resource.split(":", 5)
    assert partition == "aws" and "*" not in service
    images = (service, region, account) == ("ecr", "eu-west-1", "*")  # in an account of AWS's, another in each region
    roles = (service, region, account) == ("iam", "", "123456789012")
    assert images or roles or (region, account) in {("", ""), ("*", "*"), ("eu-west-1", "123456789012")}
    return re.sub(r"nightswap-(local|prod)\b", "nightswap-S", name)


def test_every_wildcard_has_a_reason() -> None:
    names = {(who, name_of(each)) for who, statement in STATEMENTS for each in statement["Resource"]}

    assert [
        (who, name)
        for who, name in sorted(names)
        if "*" in name and not any(re.fullmatch(pattern, name) for pattern in REASONS)
    ] == []


def test_no_action_is_a_wildcard_and_only_what_cannot_be_bound_is_unbound() -> None:
    for who, statement in STATEMENTS:
        assert not [action for action in statement["Action"] if "*" in action or "?" in action], who
        assert "*" not in statement["Resource"] or set(statement["Action"]) <= UNBOUND, who


def test_every_reason_has_a_wildcard() -> None:
    found = {name_of(each) for _, statement in STATEMENTS for each in statement["Resource"]}

    assert [pattern for pattern in REASONS if not any(re.fullmatch(pattern, each) for each in found)] == []
