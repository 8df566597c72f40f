"""Finds which permissions of the deployer's policy the caller lacks: IAM simulates the calls and carries out none.

It asks about a name that may or may not exist, so a policy of the user's own that names resources more closely than
the printed one gets a needless warning. It also finds what Organizations and a boundary of the caller forbid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from chalicelib.names import Names
from workflows.doctor.finding import Finding, note, ok, warning
from workflows.doctor.patterns import STANDS_FOR
from workflows.stacks.statements import Json

WHERE = "AWS permissions"
REFUSALS = {"AccessDenied", "AccessDeniedException"}
A_NAME = "doctor"
"""What every `*` of an ARN stands for when IAM is asked."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Actions on one resource, in the context of condition keys."""

    actions: tuple[str, ...]
    resource: str
    context: Mapping[str, str]


def check_permissions(iam: Any, names: Names, *, caller: str, policy: Json) -> Iterator[Finding]:
    """Whether the caller, the ARN that STS tells, may do all that the policy permits; `iam` is boto3's client."""
    if caller.endswith(":root"):
        yield ok("are the account's own: it may do everything", where=WHERE)
        return
    try:
        source = principal(iam, caller)
        denied = [each for question in questions(policy) for each in _denied(iam, source, question)]
    except ClientError as exc:
        if code(exc) not in REFUSALS:
            raise
        yield note(
            "were not asked for: that takes iam:SimulatePrincipalPolicy, and iam:GetRole of a role", where=WHERE
        )
        return
    for each in denied:
        yield warning(
            f"do not permit {each}, as IAM simulates it",
            where=WHERE,
            way_out=f"add it: nightswap doctor --print-policy --stage {names.stage} prints the whole policy",
        )
    if not denied:
        yield ok("suffice for deploying, operating and removing the stage, as IAM simulates it", where=WHERE)


def principal(iam: Any, caller: str) -> str:
    """The ARN that has the policies: of a session's role, whose path only IAM knows, or of the user."""
    _, _, identity = caller.partition(":assumed-role/")
    if not identity:
        return caller
    found: str = iam.get_role(RoleName=identity.partition("/")[0])["Role"]["Arn"]
    return found


def questions(policy: Json) -> Iterator[Question]:
    """All that the deployer's policy permits: each statement's actions on each of its resources."""
    for statement in policy["Statement"]:
        actions = tuple(action for name in statement["Action"] for action in STANDS_FOR.get(name, (name,)))
        for resource in statement["Resource"]:
            for context in _contexts(statement.get("Condition", {})):
                yield Question(actions=actions, resource=_named(resource), context=context)


def _contexts(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """A context for every value that the condition accepts; one without keys where there is no condition."""
    for key, accepted in condition.get("StringEquals", {}).items():
        values = [accepted] if isinstance(accepted, str) else accepted
        yield from ({key: value} for value in values)
    if not condition:
        yield {}


def _named(resource: str) -> str:
    return resource if resource == "*" else resource.replace("*", A_NAME)


def _denied(iam: Any, source: str, question: Question) -> Iterator[str]:
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=source,
        ActionNames=list(question.actions),
        ResourceArns=[question.resource],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in question.context.items()
        ],
    )
    denied = [
        result["EvalActionName"]
        for page in pages
        for result in page["EvaluationResults"]
        if result["EvalDecision"] != "allowed"
    ]
    if denied:
        where = "".join(f" with {key} {value}" for key, value in question.context.items())
        yield f"{', '.join(denied)} on {question.resource}{where}"
