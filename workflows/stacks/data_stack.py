"""Defines the stack that holds what must not be lost, the bucket; and the topic, which stays too, with the budget
that speaks to it."""

from __future__ import annotations

from chalicelib.layout import BATCHES, DATASETS, DEPLOY, REMOVED, RUNS, TOKENS
from chalicelib.limits import BATCH_DAYS, PART_DAYS, ROW_ANSWER_DAYS
from chalicelib.names import APP, Names, alerts_topic
from chalicelib.settings.stage import StageSettings
from workflows.stacks.arns import alerts_arn, bucket_arn
from workflows.stacks.grants import ERASED, EVIDENCE, LEDGER, LOCKS, PARTS, ROW_ANSWERS, WORK
from workflows.stacks.settings import DEFAULTS
from workflows.stacks.statements import Json, allow, deny, document

KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
"""Kept when the stack is deleted; removed when its very first creation fails, so that the next one can succeed."""


RUN_DAYS = 400
"""From the start of a run until its documents go: a year, and time to compare a night with last year's."""
SUPERSEDED_DAYS = 30
"""From being replaced or deleted until a version of an object goes."""
BUDGET_TELLS = ("FORECASTED", "ACTUAL")
SPEAKERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com")


def data_template(names: Names, *, settings: StageSettings = DEFAULTS) -> Json:
    """The template of `nightswap-S-data`.

    The bucket's name is written out, account and region with it, so that the stack can adopt a bucket that was kept.
    """
    stage = names.stage
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"nightswap, stage {stage}: data, models, ledger and access tokens",
        "Resources": {
            "Bucket": _bucket(names),
            "BucketPolicy": _bucket_policy(stage),
            "Alerts": _alerts(stage),
            **(_subscription(settings.alert_email) if settings.alert_email else {}),
            **(_budget(names, usd=settings.monthly_budget_usd) if settings.monthly_budget_usd else {}),
        },
        "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}, "Alerts": {"Value": {"Ref": "Alerts"}}},
    }


def _bucket(names: Names) -> Json:
    return {
        "Type": "AWS::S3::Bucket",
        **KEPT,
        "Properties": {
            "BucketName": names.bucket,
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "LifecycleConfiguration": {"Rules": _rules()},
        },
    }


def _rules() -> list[Json]:
    """What goes by age. No rule is for `models/`, `ledger/` and what begins with `evidence`: a version that is live
    or can be put back needs them whole, however old, and a damaged part is put back from the versions that S3 keeps.

    Nor does a rule take a build out of `deploy/` by its age: S3 cannot know which one the stack still names.
    `workflows.deploying.cloudformation.builds` does, and what it deleted goes by a rule.
    """
    return [
        _intermediates(),
        _kept_parts(),
        _row_answers(),
        _batches(),
        _released_leases(),
        _run_documents(),
        *(_superseded(prefix) for prefix in (DATASETS, REMOVED, DEPLOY, TOKENS)),
        _broken_uploads(),
    ]


def _intermediates() -> Json:
    """A run deletes its own; these are the ones of runs that died. A deleted object's versions cost as it did."""
    return {
        "Id": "intermediates",
        "Status": "Enabled",
        "Prefix": WORK.removesuffix("*"),
        "ExpirationInDays": 3,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


def _kept_parts() -> Json:
    """Rows that are kept to be used again. A run that uses an old part writes it again; one that is gone is made anew
    of the files, so nothing is lost with it."""
    return {
        "Id": "kept-parts",
        "Status": "Enabled",
        "Prefix": PARTS.removesuffix("*"),
        "ExpirationInDays": PART_DAYS,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


def _row_answers() -> Json:
    """What `nightswap backtest` reads beside the reports. A version of it that is gone is of an earlier judging."""
    return {
        "Id": "row-answers",
        "Status": "Enabled",
        "Prefix": ROW_ANSWERS.removesuffix("*"),
        "ExpirationInDays": ROW_ANSWER_DAYS,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


def _batches() -> Json:
    """Files of callers and what was scored of them: rows that no record rests on."""
    return {
        "Id": "batches",
        "Status": "Enabled",
        "Prefix": BATCHES,
        "ExpirationInDays": BATCH_DAYS,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


def _released_leases() -> Json:
    return {
        "Id": "released-leases",
        "Status": "Enabled",
        "Prefix": LOCKS.removesuffix("*"),
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
    }


def _run_documents() -> Json:
    """How a run went is looked up for a year. A version needs none of it: it has its own report and manifest.

    A task's document is written when it begins, and again when it ends: what lasts is the latter.
    """
    return {
        "Id": "run-documents",
        "Status": "Enabled",
        "Prefix": RUNS,
        "ExpirationInDays": RUN_DAYS,
        "NoncurrentVersionExpiration": {"NoncurrentDays": SUPERSEDED_DAYS},
    }


def _superseded(prefix: str) -> Json:
    """What was replaced or deleted can be put back for a month; then it goes, and the marks of it."""
    return {
        "Id": f"superseded-{prefix.rstrip('/')}",
        "Status": "Enabled",
        "Prefix": prefix,
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NoncurrentDays": SUPERSEDED_DAYS},
    }


def _broken_uploads() -> Json:
    return {
        "Id": "broken-uploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def _bucket_policy(stage: str) -> Json:
    """Nothing without TLS; ledger, evidence and erasures are written once, by a conditional write, and never deleted.

    A write that does not carry `If-None-Match` has no such key in its context, so `Null` matches and denies it; that
    takes in copies and multipart uploads, which they never need.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    whole = [bucket_arn(stage), bucket_arn(stage, "*")]
    forever = [bucket_arn(stage, each) for each in (LEDGER, EVIDENCE, ERASED)]
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": document(
                [
                    deny(["s3:*"], on=whole, where={"Bool": {"aws:SecureTransport": "false"}}),
                    deny(["s3:PutObject"], on=forever, where={"Null": {"s3:if-none-match": "true"}}),
                    deny(["s3:DeleteObject", "s3:DeleteObjectVersion"], on=forever),
                ]
            ),
        },
    }


def _alerts(stage: str) -> Json:
    """Where alarms and failed asynchronous calls are told.

    It goes with the stack, because CloudFormation adopts a bucket by its name and a topic not. It is not encrypted by
    a key: an alarm could not publish under AWS's own one, and one of ours costs 1 USD a month.
    """
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": alerts_topic(stage)}}


def _subscription(email: str) -> dict[str, Json]:
    """SNS sends a mail first, whose link has to be followed."""
    properties = {"TopicArn": {"Ref": "Alerts"}, "Protocol": "email", "Endpoint": email}
    return {"AlertsByMail": {"Type": "AWS::SNS::Subscription", "Properties": properties}}


def _budget(names: Names, *, usd: int) -> dict[str, Json]:
    """AWS adds up what has the stage's tag, and tells the topic once in a month of each: that it will cost more, that
    it has. It stops nothing. It adds up by a tag only where the account's owner made it a cost allocation tag.

    Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
    """
    about: Json = {"ComparisonOperator": "GREATER_THAN", "Threshold": 100, "ThresholdType": "PERCENTAGE"}
    told = [{"SubscriptionType": "SNS", "Address": {"Ref": "Alerts"}}]
    properties: Json = {
        "Budget": {
            "BudgetName": f"{APP}-{names.stage}",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": usd, "Unit": "USD"},
            "CostFilters": {"TagKeyValue": [f"user:{APP}:stage${names.stage}"]},
        },
        "NotificationsWithSubscribers": [
            {"Notification": {"NotificationType": kind, **about}, "Subscribers": told} for kind in BUDGET_TELLS
        ],
    }
    policy = {"Topics": [{"Ref": "Alerts"}], "PolicyDocument": document(_speakers(names))}
    return {
        "AlertsPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": policy},
        "Budget": {"Type": "AWS::Budgets::Budget", "DependsOn": "AlertsPolicy", "Properties": properties},
    }


def _speakers(names: Names) -> list[Json]:
    """Who may publish: whom SNS lets by itself, whose place a policy takes; and by name this account's budgets, and
    the alarms.

    Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    """
    own, services = ({"StringEquals": {key: names.account}} for key in ("aws:SourceOwner", "aws:SourceAccount"))
    publish = allow(["sns:Publish"], on=[alerts_arn(names.stage)])
    return [
        {**publish, "Principal": {"AWS": "*"}, "Condition": own},
        {**publish, "Principal": {"Service": list(SPEAKERS)}, "Condition": services},
    ]
