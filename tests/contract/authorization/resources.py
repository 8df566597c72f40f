"""What CloudFormation asks IAM for in the caller's name, by its own schemas of the resources in the templates.

The schemas are those that cfn-lint has with it. Of each type they name the permissions of every handler, and of its
tags; which call of a handler needs which property they do not say, and PROPERTIES does.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.settings.stage import StageSettings
from tests.contract.authorization.policies import MODELS, NAMES
from tests.contract.stacks.reading import resolved
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS

HANDLERS = ("create", "read", "update", "delete")
"""`list` is for CloudFormation's own registry, and no stack asks for it."""
REGION = "us-east-1"
HERE = "eu-west-1:123456789012"
PROPERTIES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("AWS::S3::Bucket", "AccelerateConfiguration"): ("s3:PutAccelerateConfiguration",),
    ("AWS::S3::Bucket", "AccessControl"): ("s3:PutObjectAcl",),
    ("AWS::S3::Bucket", "AnalyticsConfigurations"): ("s3:PutAnalyticsConfiguration",),
    ("AWS::S3::Bucket", "IntelligentTieringConfigurations"): ("s3:PutIntelligentTieringConfiguration",),
    ("AWS::S3::Bucket", "InventoryConfigurations"): ("s3:PutInventoryConfiguration",),
    ("AWS::S3::Bucket", "MetadataConfiguration"): (
        *("s3:UpdateBucketMetadataJournalTableConfiguration", "s3:UpdateBucketMetadataInventoryTableConfiguration"),
        "s3:UpdateBucketMetadataAnnotationTableConfiguration",
    ),
    ("AWS::S3::Bucket", "MetadataTableConfiguration"): (
        *("s3:CreateBucketMetadataTableConfiguration", "s3:DeleteBucketMetadataTableConfiguration"),
        *("s3tables:CreateNamespace", "s3tables:CreateTable", "s3tables:CreateTableBucket", "s3tables:GetTable"),
        *("s3tables:PutTableBucketPolicy", "s3tables:PutTableEncryption", "s3tables:PutTablePolicy"),
        *("s3tables:GetTableMetadataLocation", "s3tables:UpdateTableMetadataLocation"),
    ),
    ("AWS::S3::Bucket", "MetricsConfigurations"): ("s3:PutMetricsConfiguration",),
    ("AWS::S3::Bucket", "ReplicationConfiguration"): (*("s3:PutReplicationConfiguration", "iam:PassRole"),),
    ("AWS::S3::Bucket", "WebsiteConfiguration"): ("s3:DeleteBucketWebsite",),
    ("AWS::SNS::Topic", "DataProtectionPolicy"): ("sns:PutDataProtectionPolicy",),
    ("AWS::SNS::Topic", "DeliveryStatusLogging"): ("iam:GetRole", "iam:PassRole"),
    ("AWS::SNS::Subscription", "SubscriptionRoleArn"): ("iam:GetRole", "iam:PassRole"),
    ("AWS::IAM::Role", "Description"): ("iam:UpdateRoleDescription",),
    ("AWS::IAM::Role", "ManagedPolicyArns"): ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
    ("AWS::Lambda::Function", "CapacityProviderConfig"): ("lambda:PassCapacityProvider",),
    ("AWS::Lambda::Function", "CodeSigningConfigArn"): (
        *("lambda:GetCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig"),
        "lambda:DeleteFunctionCodeSigningConfig",
    ),
    ("AWS::Lambda::Function", "FileSystemConfigs"): (
        *("elasticfilesystem:DescribeMountTargets", "s3files:ListMountTargets"),
    ),
    ("AWS::Lambda::Function", "FunctionScalingConfig"): ("lambda:PutFunctionScalingConfig",),
    ("AWS::Lambda::Function", "KmsKeyArn"): (
        *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    ),
    ("AWS::Lambda::Function", "PublishToLatestPublished"): ("lambda:PublishVersion",),
    ("AWS::Lambda::Function", "ReservedConcurrentExecutions"): (
        *("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
    ),
    ("AWS::Lambda::Function", "RecursiveLoop"): ("lambda:PutFunctionRecursionConfig",),
    ("AWS::Lambda::Function", "RuntimeManagementConfig"): (
        *("lambda:PutRuntimeManagementConfig", "lambda:AssociateRuntimeAlias"),
    ),
    ("AWS::Lambda::Function", "VpcConfig"): (
        *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    ),
    ("AWS::Logs::LogGroup", "BearerTokenAuthenticationEnabled"): ("logs:PutBearerTokenAuthentication",),
    ("AWS::Logs::LogGroup", "DataProtectionPolicy"): (
        *("logs:PutDataProtectionPolicy", "logs:DeleteDataProtectionPolicy", "logs:CreateLogDelivery"),
        "firehose:TagDeliveryStream",
    ),
    ("AWS::Logs::LogGroup", "DeletionProtectionEnabled"): ("logs:PutLogGroupDeletionProtection",),
    ("AWS::Logs::LogGroup", "FieldIndexPolicies"): ("logs:PutIndexPolicy", "logs:DeleteIndexPolicy"),
    ("AWS::Logs::LogGroup", "KmsKeyId"): ("logs:AssociateKmsKey", "logs:DisassociateKmsKey"),
    ("AWS::Logs::LogGroup", "ResourcePolicyDocument"): ("logs:PutResourcePolicy", "logs:DeleteResourcePolicy"),
    ("AWS::StepFunctions::StateMachine", "EncryptionConfiguration"): (
        *("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
    ),
    ("AWS::Events::Rule", "RoleArn"): ("iam:PassRole",),
}
"""What is asked for only where a resource has the property, or had it."""
TAKEN_OFF = {("AWS::IAM::Role", "iam:DeleteRolePermissionsBoundary")}
"""What the deployer is not to do: a boundary that is to go is taken off by whoever may."""
NO_ACTIONS = {
    *("s3:DeleteBucketCors", "s3:DeleteBucketEncryption", "s3:DeleteBucketLifecycle", "s3:DeleteBucketReplication"),
    *("s3:DeleteBucketAnalyticsConfiguration", "s3:DeleteBucketMetricsConfiguration", "s3:DeleteBucketTagging"),
    *("s3:PutBucketReplication", "s3:PutObjectLockConfiguration", "s3:REST.PUT.OBJECT"),
}
"""What the schemas name and IAM does not know: such a call is permitted by another action, s3:DeleteBucketTagging by
s3:PutBucketTagging, say."""
PASSED = {"AWS::Lambda::Function": "lambda.amazonaws.com", "AWS::StepFunctions::StateMachine": "states.amazonaws.com"}
ANYBODYS = (
    "arn:aws:iam::123456789012:role/nightswap-prod-AnyRole-1ABC",
    f"arn:aws:s3:::{NAMES.bucket}",
    f"arn:aws:s3:::{NAMES.bucket}/deploy/a.zip",
)
ARNS: Mapping[str, tuple[str, ...]] = {
    "AWS::SNS::Topic": (f"arn:aws:sns:{HERE}:{{TopicName}}",),
    "AWS::SNS::Subscription": (f"arn:aws:sns:{HERE}:nightswap-prod-alerts",),
    "AWS::IAM::Role": ("arn:aws:iam::123456789012:role/nightswap-prod-{id}-1ABC",),
    "AWS::Lambda::Function": (
        *(f"arn:aws:lambda:{HERE}:function:{{FunctionName}}", f"arn:aws:lambda:{HERE}:layer:nightswap-prod-numpy:1"),
    ),
    "AWS::Lambda::Permission": (f"arn:aws:lambda:{HERE}:function:nightswap-prod-restore-alias",),
    "AWS::Lambda::EventInvokeConfig": (f"arn:aws:lambda:{HERE}:function:nightswap-prod-restore-alias",),
    "AWS::Lambda::LayerVersion": (
        *(f"arn:aws:lambda:{HERE}:layer:{{LayerName}}", f"arn:aws:lambda:{HERE}:layer:{{LayerName}}:1"),
    ),
    "AWS::Logs::LogGroup": (
        *(f"arn:aws:logs:{HERE}:log-group:{{LogGroupName}}", f"arn:aws:logs:{HERE}:log-group:{{LogGroupName}}:*"),
    ),
    "AWS::StepFunctions::StateMachine": (f"arn:aws:states:{HERE}:stateMachine:{{StateMachineName}}",),
    "AWS::Events::Rule": (f"arn:aws:events:{HERE}:rule/nightswap-prod-{{id}}-1ABC",),
    "AWS::SNS::TopicPolicy": (f"arn:aws:sns:{HERE}:nightswap-prod-alerts",),
    "AWS::Budgets::Budget": (
        *("arn:aws:budgets::123456789012:budget/nightswap-prod", "arn:aws:billing::123456789012:billingview/primary"),
    ),
    "AWS::CloudWatch::Alarm": (f"arn:aws:cloudwatch:{HERE}:alarm:{{AlarmName}}",),
}
"""What the calls about a resource are about, beside what every type's may be; names that CloudFormation makes end in
letters of its own."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of the templates, and all ARNs that a call about it may be about."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]

    def __str__(self) -> str:
        return self.logical_id

    @property
    def permissions(self) -> list[str]:
        """What its handlers may ask for, as it is."""
        unset = {
            permission
            for (kind, name), needed in PROPERTIES.items()
            if kind == self.type and name not in self.properties
            for permission in needed
        }
        unset |= {permission for kind, permission in TAKEN_OFF if kind == self.type}
        if "PermissionsBoundary" not in self.properties:
            unset.add("iam:PutRolePermissionsBoundary")
        return sorted(asked_for(self.type) - unset - NO_ACTIONS)

    @property
    def arns(self) -> list[str]:
        names = {key: value for key, value in self.properties.items() if isinstance(value, str)}
        return [each.format(id=self.logical_id, **names) for each in (*ANYBODYS, *ARNS.get(self.type, ()))]


def resources(settings: StageSettings = DEFAULTS) -> list[Resource]:
    """Those of both templates, with layers and everything else."""
    templates = data_template(NAMES, settings=settings), main_template("prod", models=MODELS, settings=settings)
    return [
        Resource(logical_id=key, type=each["Type"], properties=resolved(each["Properties"]))
        for template in templates
        for key, each in template["Resources"].items()
    ]


def asked_for(kind: str) -> set[str]:
    """All permissions that the schema of the type names: of its handlers, and of its tags."""
    handlers = schema(kind)["handlers"]
    found = {each for name in HANDLERS for each in handlers.get(name, {}).get("permissions", [])}
    return found | set(schema(kind).get("tagging", {}).get("permissions", []))


@cache
def schema(kind: str) -> dict[str, Any]:
    """CloudFormation's schema of the type."""
    spec = importlib.util.find_spec("cfnlint")
    assert spec and spec.origin
    folder = Path(spec.origin).parent / "data" / "schemas"
    names = json.loads((folder / "providers" / f"{REGION}.json").read_bytes())
    file = folder / "resources" / f"{names[kind]}.json"
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found
