"""Defines what a stage needs beside the rest when versions have endpoints: a role, an image, permissions.

A stage without such a recipe has none of it.
"""

from __future__ import annotations

import re

from chalicelib import layout, names
from chalicelib.edges.hosting.endpoints import idle_alarm
from chalicelib.errors import SettingsInvalid
from chalicelib.names import APP
from chalicelib.registry import registry
from chalicelib.settings.stage import StageSettings
from workflows.packaging.needs import Needs
from workflows.stacks.arns import alerts_arn, arn, bucket_arn, completed
from workflows.stacks.grants import PIN, QUARANTINE
from workflows.stacks.sagemaker import network_statements
from workflows.stacks.statements import Json, allow, role

DATA = f"{layout.versions('*')}*/{registry.MODEL_DATA}"
TRANSFORM_READS = (layout.transform("*", "*", of="in"), layout.transform("*", "*", of="jobs"))
TRANSFORM_WRITES = layout.transform("*", "*", of="out")
"""Of the jobs that transform a batch, which run as their model does."""
LOGS = "log-group:/aws/sagemaker/Endpoints/"
TRANSFORM_LOGS = "log-group:/aws/sagemaker/TransformJobs"
"""Of all such jobs of the account; each has streams of its own, which its name begins."""
IMAGE = re.compile(r"([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([a-z0-9][a-z0-9._/-]*)[:@].+")
CLEARING = ("record-outcome", "restore-alias")
"""The tasks that end a run, which delete the endpoints that nobody needs any more."""
OF_SCALING = {"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}}
SCALING_ROLE = (
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
    "sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
"""By which Application Auto Scaling acts; its first target in an account makes it.
Source: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html"""


def image(settings: StageSettings, needs: Needs) -> str:
    """Raises SettingsInvalid where the stage names none."""
    if not settings.endpoint_image:
        variable = StageSettings.settings["endpoint_image"].variable
        raise SettingsInvalid(
            f"the recipe of {needs.endpoints[0]} has target='endpoint', and {variable} names no image in ECR: build"
            " one as docs/endpoints.md tells, push it, and name it in .chalice/config.json"
        )
    return settings.endpoint_image


def check_serverless(settings: StageSettings, needs: Needs) -> None:
    """Raises SettingsInvalid where a serverless endpoint could not be as the stage wants its endpoints to be.

    SageMaker takes no VPC for it, and the key of a configuration is for the volumes of instances, which it lacks.
    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html, "Feature exclusions", and
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html, "KmsKeyId".
    """
    told = [each for each in ("endpoint_network", "endpoint_key") if getattr(settings, each)]
    if needs.serverless and told:
        variables = " and ".join(StageSettings.settings[each].variable for each in told)
        raise SettingsInvalid(
            f"the recipe of {needs.serverless[0]} has serverless endpoints, to which SageMaker gives neither a subnet"
            f" nor a volume under a key: take serverless out of it, or {variables} out of .chalice/config.json"
        )


def substitutions(stage: str, settings: StageSettings, needs: Needs) -> Json:
    """What the definition's other placeholders stand for. Raises SettingsInvalid for what the stage cannot have."""
    check_serverless(settings, needs)
    role_arn = {"Fn::GetAtt": ["EndpointRole", "Arn"]}
    return {
        "AlertsTopic": alerts_arn(stage),
        "EndpointImage": image(settings, needs),
        "EndpointRole": role_arn,
        "Stage": stage,
    }


def machine_statements(stage: str, settings: StageSettings) -> list[Json]:
    """What the state machine's role may do beside calling its functions: make endpoints of this stage, under its key,
    have the number of their instances follow the load, and an alarm tell that nobody asks one.

    Source: https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
    """
    to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    by_scaling = {"StringEquals": {"iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"}}
    makes = ("CreateModel", "CreateEndpointConfig", "CreateEndpoint", "AddTags")
    scales = ("DescribeEndpoint", "DescribeEndpointConfig", "UpdateEndpointWeightsAndCapacities")
    alarms = ("PutMetricAlarm", "DescribeAlarms", "DeleteAlarms")
    return [
        allow([f"sagemaker:{action}" for action in (*makes, *scales)], on=_of_stage(stage)),
        allow(["iam:PassRole"], on=[{"Fn::GetAtt": ["EndpointRole", "Arn"]}], where=to_sagemaker),
        allow(
            [
                f"application-autoscaling:{action}"
                for action in ("RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction")
            ],
            on=[arn("application-autoscaling", "scalable-target/*")],
            where=OF_SCALING,
        ),
        allow(
            [f"cloudwatch:{action}" for action in alarms],
            on=[arn("cloudwatch", "alarm:TargetTracking-*")],
        ),
        allow(["cloudwatch:PutMetricAlarm"], on=[_idle_alarms(stage)]),
        allow(["iam:CreateServiceLinkedRole"], on=[completed(SCALING_ROLE)], where=by_scaling),
        *key_statements(settings),
    ]


def key_statements(settings: StageSettings) -> list[Json]:
    """Who makes an endpoint or starts a job, and as whom either runs, may hand the key on to AWS's service of
    volumes; none of them decrypts.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html, "KmsKeyId", and
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html, "kms:GrantIsForAWSResource".
    """
    if not settings.endpoint_key:
        return []
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        allow(["kms:CreateGrant"], on=[settings.endpoint_key], where=for_aws),
        allow(["kms:DescribeKey"], on=[settings.endpoint_key]),
    ]


def _transform_statements(stage: str, settings: StageSettings) -> list[Json]:
    """What a job may do that transforms a batch: read its chunks, write their outputs, and tell what it does.

    A key encrypts what it writes, by S3 alone; an upload in parts is decrypted too.
    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateTransformJob API", and
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html, "Multipart upload API and permissions".
    """
    by_s3 = {"StringEquals": {"kms:ViaService": completed("s3.${AWS::Region}.amazonaws.com")}}
    prefixes = {"StringLike": {"s3:prefix": [f"{layout.TRANSFORMS}*"]}}
    streams = [
        arn("logs", f"{TRANSFORM_LOGS}:log-stream:{names.transform_prefix(stage)}*"),
        arn("logs", f"{TRANSFORM_LOGS}:*"),
    ]
    return [
        allow(["s3:GetObject"], on=[bucket_arn(stage, each) for each in TRANSFORM_READS]),
        allow(["s3:PutObject", "s3:AbortMultipartUpload"], on=[bucket_arn(stage, TRANSFORM_WRITES)]),
        allow(["s3:ListBucket"], on=[bucket_arn(stage)], where=prefixes),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], on=streams[:1]),
        allow(["logs:CreateLogGroup", "logs:DescribeLogStreams"], on=streams[1:]),
        *(
            [allow(["kms:GenerateDataKey", "kms:Decrypt"], on=[settings.endpoint_key], where=by_s3)]
            if settings.endpoint_key
            else []
        ),
    ]


def serving_statements(stage: str, model: str, needs: Needs) -> list[Json]:
    """What a serving function may do that asks an endpoint: ask those of its own model."""
    if model not in needs.endpoints:
        return []
    return [
        allow(["sagemaker:InvokeEndpoint"], on=[arn("sagemaker", f"endpoint/{names.endpoint_prefix(stage, model)}*")])
    ]


def task_statements(stage: str, task: str, needs: Needs) -> list[Json]:
    """What the tasks may do that end a run: see what is live, pinned or quarantined, and delete an endpoint, after
    its alarm and what scales it.

    SageMaker knows no resource for a list.
    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    if task not in CLEARING or not needs.endpoints:
        return []
    deletes = ("DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel")
    keys = (PIN, QUARANTINE)
    serving = [arn("lambda", f"function:{names.serving_prefix(stage)}*")]
    return [
        allow(["s3:GetObject"], on=[bucket_arn(stage, each) for each in keys]),
        allow(["s3:ListBucket"], on=[bucket_arn(stage)], where={"StringLike": {"s3:prefix": list(keys)}}),
        allow(["lambda:GetAlias", "lambda:GetFunctionConfiguration"], on=serving),
        allow(["sagemaker:ListEndpoints"], on=["*"]),
        allow([f"sagemaker:{action}" for action in deletes], on=_of_stage(stage)),
        allow(["cloudwatch:DeleteAlarms"], on=[_idle_alarms(stage)]),
        allow(
            ["application-autoscaling:DeregisterScalableTarget"],
            on=[arn("application-autoscaling", "scalable-target/*")],
            where=OF_SCALING,
        ),
    ]


def _idle_alarms(stage: str) -> Json:
    return arn("cloudwatch", f"alarm:{idle_alarm(f'{APP}-{stage}-*')}")


def _of_stage(stage: str) -> list[Json]:
    kinds = ("endpoint", "endpoint-config", "model")
    return [arn("sagemaker", f"{kind}/{APP}-{stage}-*") for kind in kinds]


def endpoint_role(stage: str, settings: StageSettings, needs: Needs) -> dict[str, Json]:
    """A container reads its model's data and its image, and tells what it does, in the stage's network; a job that
    transforms a batch runs as the same role.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateModel API".
    """
    found = IMAGE.fullmatch(image(settings, needs))
    account, region, repository = found.groups() if found else ("*", "*", "*")
    pulls = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")
    held = completed(f"arn:${{AWS::Partition}}:ecr:{region}:{account}:repository/{repository}")
    logs = arn("logs", f"{LOGS}{APP}-{stage}-*")
    statements = [
        allow(["s3:GetObject"], on=[bucket_arn(stage, DATA)]),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], on=[logs]
        ),
        allow(
            ["cloudwatch:PutMetricData"],
            on=["*"],
            where={"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}},
        ),
        allow([f"ecr:{action}" for action in pulls], on=[held]),
        allow(["ecr:GetAuthorizationToken"], on=["*"]),  # ECR knows no resource for it
        *(network_statements(settings.endpoint_network) if settings.endpoint_network else []),
        *key_statements(settings),
        *_transform_statements(stage, settings),
    ]
    return {
        "EndpointRole": role("sagemaker.amazonaws.com", statements=statements, boundary=settings.permissions_boundary)
    }
