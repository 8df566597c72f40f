"""On which resources IAM is asked about a call: for each action once, as AWS's documentation has it.

A pattern names members of the request. `*` stands for a call that names no resource, or whose action knows none.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/, a page for each service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HERE = "us-east-1:000000000000"
STACK = f"arn:aws:cloudformation:{HERE}:stack/{{StackName}}/1a2b"
GROUP = f"arn:aws:logs:{HERE}:log-group:{{logGroupName}}:*"
MACHINE = "{stateMachineArn}"
PARAMETER = f"arn:aws:ssm:{HERE}:parameter"
ROLE = "arn:aws:iam::000000000000:role/{RoleName}"
FUNCTION = f"arn:aws:lambda:{HERE}:function:{{FunctionName}}"
ASKED_ON: Mapping[str, str] = {
    "cloudformation:CreateChangeSet": STACK,
    # Without a stack's name, these three are asked on the change set, which no policy can name before it is made.
    "cloudformation:DescribeChangeSet": f"{STACK} or {{ChangeSetName}}",
    "cloudformation:ExecuteChangeSet": f"{STACK} or {{ChangeSetName}}",
    "cloudformation:DeleteChangeSet": f"{STACK} or {{ChangeSetName}}",
    "cloudformation:DeleteStack": STACK,
    "cloudformation:DescribeStacks": f"{STACK} or *",
    "cloudformation:DescribeStackEvents": STACK,
    "cloudformation:GetTemplate": STACK,
    "cloudformation:ListStackResources": STACK,
    "cloudformation:ListStacks": "*",
    "cloudformation:ValidateTemplate": "*",
    "cloudwatch:DescribeAlarms": "*",
    "events:DescribeRule": f"arn:aws:events:{HERE}:rule/{{Name}}",
    "events:PutRule": f"arn:aws:events:{HERE}:rule/{{Name}}",
    "events:DeleteRule": f"arn:aws:events:{HERE}:rule/{{Name}}",
    "events:PutTargets": f"arn:aws:events:{HERE}:rule/{{Rule}}",
    "events:RemoveTargets": f"arn:aws:events:{HERE}:rule/{{Rule}}",
    "events:ListTargetsByRule": f"arn:aws:events:{HERE}:rule/{{Rule}}",
    "events:ListRules": "*",
    "iam:CreateRole": ROLE,
    "iam:DeleteRole": ROLE,
    "iam:DeleteRolePolicy": ROLE,
    "iam:GetRole": ROLE,
    "iam:GetRolePolicy": ROLE,
    "iam:ListRolePolicies": ROLE,
    "iam:PutRolePermissionsBoundary": ROLE,
    "iam:PutRolePolicy": ROLE,
    "iam:ListRoles": "*",
    "iam:SimulatePrincipalPolicy": "{PolicySourceArn}",
    "logs:CreateLogGroup": GROUP,
    "logs:DeleteLogGroup": GROUP,
    "logs:PutRetentionPolicy": GROUP,
    "logs:TagResource": "{resourceArn}",
    "logs:DescribeLogGroups": "*",
    "ssm:GetParameter": f"{PARAMETER}{{Name}}",
    "ssm:DeleteParameters": f"{PARAMETER}{{Names}}",
    "ssm:DescribeParameters": "*",
    "sns:ListTopics": "*",
    "sns:GetTopicAttributes": "{TopicArn}",
    "sns:ListSubscriptionsByTopic": "{TopicArn}",
    "states:DescribeExecution": "{executionArn}",
    "states:StopExecution": "{executionArn}",
    "states:DescribeStateMachine": MACHINE,
    "states:ListExecutions": MACHINE,
    "states:StartExecution": MACHINE,
    "states:ListStateMachines": "*",
    "states:TestState": "*",
    "states:ValidateStateMachineDefinition": "*",
    "tag:GetResources": "*",
    "lambda:CreateFunction": FUNCTION,
    "lambda:GetAccountSettings": "*",
    "lambda:ListFunctions": "*",
    "lambda:ListLayers": "*",
}
"""Where the address of a request does not say it."""
ALSO: Mapping[str, tuple[str, str, str]] = {
    "cloudformation:CreateChangeSet": ("Tags", "cloudformation:TagResource", STACK),
    "iam:CreateRole": ("Tags", "iam:TagRole", ROLE),
    "logs:CreateLogGroup": ("tags", "logs:TagResource", GROUP.removesuffix(":*")),
    "lambda:CreateFunction": ("Tags", "lambda:TagResource", FUNCTION),
}
"""What a call needs beside its own action, where it has this member."""
PASSES: Mapping[str, tuple[str, str]] = {
    "lambda:CreateFunction": ("Role", "lambda.amazonaws.com"),
    "lambda:UpdateFunctionConfiguration": ("Role", "lambda.amazonaws.com"),
    "states:TestState": ("roleArn", "states.amazonaws.com"),
}
"""The member by which a role is given to a service."""
UNKNOWN = "ASKED_ON does not say on what"
BOUNDARY = "PermissionsBoundary"


@dataclass(frozen=True, order=True)
class Asked:
    """A permission that a call needs, the ARN that it is asked on, and the condition keys of the request."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


def asked(action: str, address: str, request: Mapping[str, Any]) -> Iterator[Asked]:
    """All that IAM is asked about a call; `address` is the ARN that its path names, if it names one."""
    context = (("iam:PermissionsBoundary", str(request[BOUNDARY])),) if BOUNDARY in request else ()
    for resource in [address] if address else _named(action, request):
        yield Asked(action, resource, context)
    if action in ALSO:
        member, beside, pattern = ALSO[action]
        if request.get(member):
            yield from (Asked(beside, each) for each in _filled(pattern, request))
    member, service = PASSES.get(action, ("", ""))
    if role := request.get(member):
        yield Asked("iam:PassRole", role, (("iam:PassedToService", service),))


def _named(action: str, request: Mapping[str, Any]) -> list[str]:
    for pattern in ASKED_ON.get(action, "").split(" or "):
        if pattern and set(re.findall(r"\{(\w+)\}", pattern)) <= set(request):
            return _filled(pattern, request)
    return [UNKNOWN]


def _filled(pattern: str, request: Mapping[str, Any]) -> list[str]:
    """The pattern with the request's members; one for each of a list. A member that is an ARN stands for itself."""
    (name,) = re.findall(r"\{(\w+)\}", pattern) or [None]
    if name is None:
        return [pattern]
    values = request[name] if isinstance(request[name], list) else [request[name]]
    return [each if each.startswith("arn:") else pattern.replace(f"{{{name}}}", each) for each in values]
