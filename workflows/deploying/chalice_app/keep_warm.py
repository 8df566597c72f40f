"""Keeps a stage warm, where its settings say so: EventBridge asks the API and the authorizer every so many minutes.

The API gets POST /warm of each model, as API Gateway would send it, so it wakes the serving function too, through its
alias. The authorizer gets a token that nobody has. So one environment of each function stays; a second request at the
same moment may still find none. Both functions are Chalice's, which no stack knows: plain calls make the rules at
every deployment, which repairs them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.cutting import amount
from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from workflows.deploying.asking import find
from workflows.deploying.chalice_app.attach import PHASE
from workflows.deploying.chalice_app.chalice_resources import API_HANDLER, function_name
from workflows.deploying.progress import Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient

AUTHORIZER = "authorize"
"""Chalice's name of the function."""
WOKEN = (API_HANDLER, AUTHORIZER)
TARGETS_OF_A_RULE = 5
"""The most. Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""
PERMISSION = "keep-warm"
"""The name of EventBridge's permission, in the policy of each of the two functions."""


@dataclass(frozen=True)
class Target:
    """A function of Chalice's, and the event that it gets."""

    id: str
    function: str
    event: str
    """As JSON."""


@dataclass(frozen=True)
class Rule:
    """What EventBridge does, and when."""

    name: str
    schedule: str
    targets: tuple[Target, ...]


def wanted_rules(names: Names, models: Sequence[str], *, minutes: int) -> tuple[Rule, ...]:
    """None where `minutes` are 0. There is one rule for every five targets."""
    if not minutes:
        return ()
    schedule = f"rate({minutes} minute{'s' if minutes > 1 else ''})"
    targets = [
        Target(AUTHORIZER, function_name(names, AUTHORIZER), _authorizer_event(names)),
        *(Target(f"warm-{model}", function_name(names, API_HANDLER), _api_event(model)) for model in models),
    ]
    parts = [targets[first : first + TARGETS_OF_A_RULE] for first in range(0, len(targets), TARGETS_OF_A_RULE)]
    prefix = _prefix(names)
    return tuple(Rule(f"{prefix}{number}", schedule, tuple(part)) for number, part in enumerate(parts, start=1))


def live_rules(client: EventBridgeClient, names: Names) -> tuple[Rule, ...]:
    """Those of the stage; raises DeploymentFailed for what AWS refuses to tell."""
    return tuple(_live(client, names))


def _live(client: EventBridgeClient, names: Names) -> Iterator[Rule]:
    with refusals("listing the rules that keep the stage warm"):
        found = client.list_rules(NamePrefix=_prefix(names))["Rules"]
        for each in sorted(found, key=lambda rule: str(rule["Name"])):
            targets = client.list_targets_by_rule(Rule=each["Name"])["Targets"]
            yield Rule(
                each["Name"],
                each.get("ScheduleExpression", ""),
                tuple(Target(one["Id"], one["Arn"].rpartition(":")[2], one.get("Input", "")) for one in targets),
            )


def values(rules: Sequence[Rule]) -> dict[str, Any]:
    """For a plan: who is woken, when, and by which event.

    >>> values([Rule("a", "rate(5 minutes)", (Target("warm-b", "f", "{}"),))])
    {'warm-b': 'f, rate(5 minutes)', 'event of warm-b': '{}'}
    """
    found: dict[str, Any] = {}
    for rule in rules:
        for each in rule.targets:
            found |= {each.id: f"{each.function}, {rule.schedule}", f"event of {each.id}": each.event}
    return found


def set_up(
    events: EventBridgeClient,
    functions: LambdaClient,
    *,
    names: Names,
    models: Sequence[str],
    minutes: int,
    report: Report,
) -> None:
    """Make the rules that are wanted, and remove the others. Raises DeploymentFailed; repeating it continues."""
    rules = wanted_rules(names, models, minutes=minutes)
    for each in WOKEN:
        _permit(functions, names, function_name(names, each), is_wanted=bool(rules))
    for rule in rules:
        _put(events, names, rule)
    kept = {rule.name for rule in rules}
    _remove(events, [rule for rule in live_rules(events, names) if rule.name not in kept], report=report)
    if rules:
        report(Step(PHASE, f"the app and {amount(len(models), 'model')} are woken: {rules[0].schedule}", ""))


def remove(events: EventBridgeClient, names: Names, *, report: Report) -> None:
    """All of the stage's; the permissions go with their functions."""
    _remove(events, live_rules(events, names), report=report)


def _put(events: EventBridgeClient, names: Names, rule: Rule) -> None:
    with refusals(f"making rule {rule.name}"):
        events.put_rule(Name=rule.name, ScheduleExpression=rule.schedule, State="ENABLED")
        stale = [each["Id"] for each in events.list_targets_by_rule(Rule=rule.name)["Targets"]]
        stale = [each for each in stale if each not in {target.id for target in rule.targets}]
        if stale:
            events.remove_targets(Rule=rule.name, Ids=stale)
        refused = events.put_targets(
            Rule=rule.name,
            Targets=[
                {"Id": each.id, "Arn": names.arn("lambda", f"function:{each.function}"), "Input": each.event}
                for each in rule.targets
            ],
        )
    if failed := refused["FailedEntries"]:
        missed = amount(len(failed), "target")
        raise DeploymentFailed(f"EventBridge did not take {missed} of rule {rule.name}: deploy again")


def _remove(events: EventBridgeClient, rules: Sequence[Rule], *, report: Report) -> None:
    for rule in rules:
        with refusals(f"deleting rule {rule.name}"):
            if rule.targets:
                events.remove_targets(Rule=rule.name, Ids=[each.id for each in rule.targets])
            events.delete_rule(Name=rule.name)
        report(Step(PHASE, f"rule {rule.name}", "deleted"))


def _permit(functions: LambdaClient, names: Names, function: str, *, is_wanted: bool) -> None:
    """EventBridge may call the function for these rules alone."""
    held = find(f"the policy of {function}", functions.get_policy, FunctionName=function)
    statements = json.loads(held["Policy"])["Statement"] if held else []
    is_there = PERMISSION in (each.get("Sid") for each in statements)
    with refusals(f"letting EventBridge call {function}"):
        if is_wanted and not is_there:
            functions.add_permission(
                FunctionName=function,
                StatementId=PERMISSION,
                Action="lambda:InvokeFunction",
                Principal="events.amazonaws.com",
                SourceArn=names.arn("events", f"rule/{_prefix(names)}*"),
            )
        elif is_there and not is_wanted:
            functions.remove_permission(FunctionName=function, StatementId=PERMISSION)


def _prefix(names: Names) -> str:
    return f"{names.stack}-keep-warm-"


def _api_event(model: str) -> str:
    """POST /warm, as far as Chalice reads it.
    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    return json.dumps(
        {
            "requestContext": {"httpMethod": "POST", "resourcePath": "/warm", "path": "/warm"},
            "headers": {"content-type": "application/json"},
            "multiValueQueryStringParameters": {"model": [model]},
            "pathParameters": None,
            "stageVariables": None,
            "body": None,
            "isBase64Encoded": False,
        }
    )


def _authorizer_event(names: Names) -> str:
    """Of GET /predict, with a token that is none."""
    method = names.arn("execute-api", f"keep-warm/{names.stage}/GET/predict")
    return json.dumps({"type": "TOKEN", "authorizationToken": "keep-warm", "methodArn": method})
