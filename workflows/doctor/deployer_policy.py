"""Builds the smallest policy of the person who deploys and operates a stage with this command and Chalice's.

CloudFormation and Chalice make the stage's resources with the caller's own permissions, so the policy holds their
calls in addition to the commands' own. It names the stage's resources; where a service has no names, GRANTS says why.

Whoever may make a role, write its policy and give it to a function may do all that the role may: without the
permissions boundary, which `deployer_policy` takes, that is everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.names import APP, Names, token_parameter
from chalicelib.settings.stage import StageSettings
from workflows.stacks.statements import Json, document

MAKE_ROLES = "MakeRoles"
BOUND = "iam:PutRolePermissionsBoundary"
"""Puts the boundary on roles that were made before there was one. To take it off again takes another policy."""
PASSED_TO = ("lambda.amazonaws.com", "states.amazonaws.com")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Actions of one service on patterns of resources, in which `{}` is what the stage's names begin with."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str = ""
    """Why a resource cannot be named closer; it stands in the table, because JSON has no comments."""


GRANTS = (
    Grant(
        sid="Stacks",
        actions=(
            *("cloudformation:*ChangeSet", "cloudformation:DeleteStack"),
            *("cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents", "cloudformation:GetTemplate"),
            *("cloudformation:ListStackResources", "cloudformation:TagResource"),
        ),
        resources=("cloudformation:stack/{}/*", "cloudformation:stack/{}-data/*"),
        reason="a stack's ARN ends in an ID that CloudFormation makes",
    ),
    Grant(
        sid="Bucket",
        actions=(
            *("s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:ListBucketVersions"),
            *("s3:GetBucket*", "s3:PutBucket*", "s3:DeleteBucketPolicy", "s3:Get*Configuration"),
            *("s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"),
            *("s3:TagResource", "s3:UntagResource", "s3:ListTagsForResource"),
        ),
        resources=("s3:bucket",),
        reason="to read one bucket, CloudFormation asks for every one of its properties",
    ),
    Grant(
        sid="Objects",
        actions=(
            *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
            *("s3:DeleteObject", "s3:DeleteObjectVersion"),
        ),
        resources=("s3:objects",),
        reason="data, registry, ledger and packages all lie in this bucket; its own policy guards the ledger",
    ),
    Grant(
        sid="Roles",
        actions=(
            *("iam:DeleteRole", "iam:GetRole", "iam:TagRole", "iam:UntagRole", "iam:ListRoleTags", "iam:UpdateRole"),
            *("iam:GetRolePolicy", "iam:DeleteRolePolicy", "iam:List*RolePolicies"),
        ),
        resources=("iam:role/{}-*",),
        reason="CloudFormation ends a role's name in letters of its own",
    ),
    Grant(
        sid=MAKE_ROLES,
        actions=("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        resources=("iam:role/{}-*",),
        reason="what a role may do is in its policy and not in its name: only a permissions boundary limits it",
    ),
    Grant(
        sid="Functions",
        actions=(
            *("lambda:CreateFunction", "lambda:DeleteFunction", "lambda:GetFunction*", "lambda:UpdateFunction*"),
            *("lambda:ListVersionsByFunction", "lambda:GetPolicy", "lambda:AddPermission", "lambda:RemovePermission"),
            *("lambda:TagResource", "lambda:UntagResource", "lambda:ListTags", "lambda:InvokeFunction"),
            *("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:GetRuntimeManagementConfig"),
            *("lambda:*FunctionEventInvokeConfig", "lambda:DeleteFunctionConcurrency"),
            *("lambda:PutFunctionConcurrency", "lambda:CreateFunctionUrlConfig", "lambda:DeleteFunctionUrlConfig"),
            "lambda:*LayerVersion",
        ),
        resources=("lambda:function:{}", "lambda:function:{}-*", "lambda:layer:{}-*"),
        reason="one function for each task and model, and their versions and aliases; layers have versions too",
    ),
    Grant(
        sid="StateMachine",
        actions=(
            *("states:*StateMachine", "states:TagResource"),
            *("states:UntagResource", "states:ListTagsForResource"),
            *("states:StartExecution", "states:ListExecutions", "states:DescribeExecution", "states:StopExecution"),
        ),
        resources=("states:stateMachine:{}-*", "states:execution:{}-*"),
        reason="one execution for each run, and for each job that transforms a batch",
    ),
    Grant(
        sid="Rules",
        actions=(
            *("events:PutRule", "events:DeleteRule", "events:DescribeRule", "events:PutTargets"),
            *("events:RemoveTargets", "events:ListTargetsByRule", "events:TagResource", "events:UntagResource"),
            "events:ListTagsForResource",
        ),
        resources=("events:rule/{}-*",),
        reason="Chalice's rule has a name, and CloudFormation's ends in letters of its own",
    ),
    Grant(
        sid="Logs",
        actions=(
            *("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:*RetentionPolicy"),
            *("logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"),
            "logs:GetDataProtectionPolicy",
        ),
        resources=(
            *("logs:log-group:/aws/lambda/{}", "logs:log-group:/aws/lambda/{}:*"),
            "logs:log-group:/aws/lambda/{}-*",
            *("logs:log-group:/aws/apigateway/{}", "logs:log-group:/aws/apigateway/{}:*"),
        ),
        reason="one log group for each function, and one of the API's requests; tags are asked for on the ARN without"
        " `:*`, all else with it",
    ),
    Grant(
        sid="Tokens",
        actions=(*("ssm:GetParameter", "ssm:DeleteParameters"),),
        resources=("ssm:tokens",),
        reason="a parameter in which older releases kept the tokens: each becomes an object of the bucket",
    ),
    Grant(
        sid="Alerts",
        actions=(
            *("sns:CreateTopic", "sns:DeleteTopic", "sns:*TopicAttributes"),
            *("sns:Subscribe", "sns:ListSubscriptionsByTopic", "sns:TagResource", "sns:UntagResource"),
            *("sns:ListTagsForResource", "sns:GetDataProtectionPolicy"),
        ),
        resources=("sns:{}-*",),
        reason="CloudFormation may end the topic's name in letters of its own",
    ),
    Grant(
        sid="Subscription",
        actions=("sns:Unsubscribe", "sns:*SubscriptionAttributes"),
        resources=("*",),
        reason="SNS knows no resource for a subscription",
    ),
    Grant(
        sid="Alarms",
        actions=(
            *("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:TagResource"),
            *("cloudwatch:UntagResource", "cloudwatch:ListTagsForResource"),
        ),
        resources=("cloudwatch:alarm:{}-*",),
        reason="several alarms",
    ),
    Grant(
        sid="RestApi",
        actions=("apigateway:GET", "apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"),
        resources=("apigateway:/restapis", "apigateway:/restapis/*"),
        reason="an API's ARN is an ID that API Gateway makes, and Chalice gives it no tag: narrow it after the first"
        " deployment to /restapis/ID and /restapis/ID/*",
    ),
    Grant(
        sid="RoleOfTheGateway",
        actions=("apigateway:GET",),
        resources=("apigateway:/account",),
        reason="there is one account; where its API Gateway has a role for logs, the API has an access log",
    ),
    Grant(
        sid="Simulation",
        actions=("iam:SimulatePrincipalPolicy",),
        resources=("iam:user/*", "iam:role/*"),
        reason="the doctor asks what the caller may do, whose name is not known when this is printed; it only reads",
    ),
    Grant(
        sid="Lists",
        actions=(
            *("lambda:ListFunctions", "lambda:ListLayers", "lambda:GetAccountSettings"),
            *("states:ListStateMachines", "events:ListRules", "logs:DescribeLogGroups", "iam:ListRoles"),
            *("ssm:DescribeParameters", "sns:ListTopics", "cloudwatch:DescribeAlarms", "cloudformation:ListStacks"),
            *("logs:DescribeIndexPolicies", "logs:DescribeResourcePolicies", "s3:ListAllMyBuckets"),
            *("tag:GetResources", "states:ValidateStateMachineDefinition", "states:TestState"),
            "cloudformation:ValidateTemplate",
        ),
        resources=("*",),
        reason="these services list everything or nothing, and a definition that is tried has no name: all of them"
        " only read names and sizes, or say what they take; a state runs under the stage's roles alone",
    ),
)

BUDGET = Grant(
    sid="Bill",
    actions=("budgets:*Budget", "budgets:*Resource", "billing:*ViewData"),
    resources=("budgets:budget/{}", "billing:billingview/*"),
    reason="CloudFormation reads a budget by a view of the account's bill, whose name AWS makes",
)
"""Where the stage has a budget."""


def deployer_policy(names: Names, *, boundary: str = "", with_budget: bool = False) -> Json:
    """The policy's document for a stage in one account and region. It fits a managed policy of 6,144 characters.

    With the ARN of a permissions boundary, it makes and changes roles that have this boundary, and no others.
    """
    granted = [_granted(names, grant, boundary) for grant in (*GRANTS, *((BUDGET,) if with_budget else ()))]
    return document([*granted, _passing(names)])


def policy_of(names: Names, settings: StageSettings) -> Json:
    """The policy that the person who deploys the stage needs, by the stage's settings."""
    boundary = settings.permissions_boundary
    return deployer_policy(names, boundary=boundary, with_budget=settings.monthly_budget_usd > 0)


def _granted(names: Names, grant: Grant, boundary: str) -> Json:
    bounded = bool(boundary) and grant.sid == MAKE_ROLES
    return {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": [*grant.actions, *((BOUND,) if bounded else ())],
        "Resource": [_arn(names, resource) for resource in grant.resources],
        **({"Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}}} if bounded else {}),
    }


def _passing(names: Names) -> Json:
    """The stage's roles go to the services that run in them, and to no other."""
    return {
        "Sid": "PassRoles",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": [_arn(names, "iam:role/{}-*")],
        "Condition": {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}},
    }


def _arn(names: Names, resource: str) -> str:
    """
    >>> _arn(Names(stage="prod", account="123456789012", region="eu-west-1"), "lambda:layer:{}-*")
    'arn:aws:lambda:eu-west-1:123456789012:layer:nightswap-prod-*'
    """
    if resource == "*":
        return resource
    _, partition, *_ = names.state_machine_arn.split(":")
    service, _, pattern = resource.partition(":")
    account, region = names.account, names.region
    written = pattern.replace("{}", f"{APP}-{names.stage}")
    if service == "s3":
        return f"arn:{partition}:s3:::{names.bucket}{'/*' if pattern == 'objects' else ''}"
    if service == "iam":
        return f"arn:{partition}:iam::{account}:{written}"
    if service in ("budgets", "billing"):
        return f"arn:{partition}:{service}::{account}:{written}"
    if service == "apigateway":
        return f"arn:{partition}:apigateway:{region}::{written}"
    if service == "ssm":
        return f"arn:{partition}:ssm:{region}:{account}:parameter{token_parameter(names.stage)}"
    return f"arn:{partition}:{service}:{region}:{account}:{written}"
