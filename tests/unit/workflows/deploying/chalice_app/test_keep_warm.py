"""EventBridge wakes the app and its models where the settings say so, and no longer once they do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from workflows.deploying.chalice_app import keep_warm
from workflows.deploying.progress import Step

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
FIRST = "nightswap-prod-keep-warm-1"
SOURCE = "arn:aws:events:eu-west-1:123456789012:rule/nightswap-prod-keep-warm-*"
API, AUTHORIZER = "nightswap-prod", "nightswap-prod-authorize"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "AnyOperation")


class FakeEvents:
    """EventBridge: rules and targets by name."""

    def __init__(self, *, takes: int = 99, denied: bool = False) -> None:
        self.rules: dict[str, str] = {}
        self.targets: dict[str, dict[str, dict[str, str]]] = {}
        self.takes, self.denied = takes, denied

    def put_rule(self, **given: str) -> None:
        if self.denied:
            raise refusal("AccessDeniedException")
        assert given["State"] == "ENABLED"
        self.rules[given["Name"]] = given["ScheduleExpression"]
        self.targets.setdefault(given["Name"], {})

    def put_targets(self, **given: Any) -> Any:
        assert len(given["Targets"]) <= 5
        self.targets[given["Rule"]] |= {each["Id"]: each for each in given["Targets"][: self.takes]}
        return {"FailedEntries": given["Targets"][self.takes :]}

    def list_rules(self, **given: str) -> Any:
        found = {name: at for name, at in self.rules.items() if name.startswith(given["NamePrefix"])}
        return {"Rules": [{"Name": name, "ScheduleExpression": at} for name, at in found.items()]}

    def list_targets_by_rule(self, **given: str) -> Any:
        return {"Targets": list(self.targets[given["Rule"]].values())}

    def remove_targets(self, **given: Any) -> None:
        for each in given["Ids"]:
            del self.targets[given["Rule"]][each]

    def delete_rule(self, **given: str) -> None:
        assert self.targets[given["Name"]] == {}, "a rule with targets cannot be deleted"
        del self.rules[given["Name"]]


class FakeLambda:
    """Lambda: the statements of each function's policy, by their names."""

    def __init__(self) -> None:
        self.statements: dict[str, dict[str, str]] = {}

    def get_policy(self, **given: str) -> Any:
        held = self.statements.get(given["FunctionName"])
        if not held:
            raise refusal("ResourceNotFoundException")
        return {"Policy": json.dumps({"Statement": [{"Sid": sid} for sid in held]})}

    def add_permission(self, **given: str) -> None:
        assert given["Principal"] == "events.amazonaws.com"
        self.statements.setdefault(given["FunctionName"], {})[given["StatementId"]] = given["SourceArn"]

    def remove_permission(self, **given: str) -> None:
        del self.statements[given["FunctionName"]][given["StatementId"]]


def set_up(events: FakeEvents, functions: FakeLambda, *models: str, minutes: int) -> list[Step]:
    steps: list[Step] = []
    keep_warm.set_up(
        cast("EventBridgeClient", events),
        cast("LambdaClient", functions),
        names=NAMES,
        models=models,
        minutes=minutes,
        report=steps.append,
    )
    return steps


def live(events: FakeEvents) -> tuple[keep_warm.Rule, ...]:
    return keep_warm.live_rules(cast("EventBridgeClient", events), NAMES)


def test_api_is_asked_to_wake_each_model_and_the_authorizer_gets_a_token_that_nobody_has() -> None:
    events, functions = FakeEvents(), FakeLambda()

    (step,) = set_up(events, functions, "a", "b", minutes=5)

    targets = events.targets[FIRST]
    assert events.rules == {FIRST: "rate(5 minutes)"}
    assert {name: each["Arn"].rpartition(":")[2] for name, each in targets.items()} == {
        "authorize": AUTHORIZER,
        "warm-a": API,
        "warm-b": API,
    }
    asked = json.loads(targets["warm-b"]["Input"])
    assert asked["requestContext"]["resourcePath"] == "/warm"
    assert asked["multiValueQueryStringParameters"] == {"model": ["b"]}
    assert functions.statements == {API: {"keep-warm": SOURCE}, AUTHORIZER: {"keep-warm": SOURCE}}
    assert step.subject == "the app and 2 models are woken: rate(5 minutes)"


def test_stage_with_many_models_has_a_rule_for_every_five_targets() -> None:
    events = FakeEvents()

    set_up(events, FakeLambda(), *"abcdefghij", minutes=1)

    assert [len(each) for each in events.targets.values()] == [5, 5, 1]
    assert set(events.rules.values()) == {"rate(1 minute)"}


def test_second_deployment_changes_nothing_and_a_later_one_leaves_out_what_went() -> None:
    events, functions = FakeEvents(), FakeLambda()
    set_up(events, functions, *"abcdef", minutes=5)
    once = live(events)

    set_up(events, functions, *"abcdef", minutes=5)
    assert live(events) == once == keep_warm.wanted_rules(NAMES, "abcdef", minutes=5)

    set_up(events, functions, "f", minutes=5)
    assert live(events) == keep_warm.wanted_rules(NAMES, ["f"], minutes=5)


def test_rules_and_permissions_go_when_the_setting_does() -> None:
    events, functions = FakeEvents(), FakeLambda()
    functions.statements[API] = {"of-chalice": "x"}
    events.put_rule(Name="nightswap-prod-nightly-event", ScheduleExpression="rate(1 day)", State="ENABLED")
    set_up(events, functions, "a", minutes=5)

    set_up(events, functions, "a", minutes=0)

    assert live(events) == ()
    assert list(events.rules) == ["nightswap-prod-nightly-event"]
    assert functions.statements == {API: {"of-chalice": "x"}, AUTHORIZER: {}}


def test_stage_that_goes_takes_its_rules_with_it() -> None:
    events, steps = FakeEvents(), list[Step]()
    set_up(events, FakeLambda(), "a", minutes=5)
    events.put_rule(Name="nightswap-prod-keep-warm-2", ScheduleExpression="rate(5 minutes)", State="ENABLED")

    keep_warm.remove(cast("EventBridgeClient", events), NAMES, report=steps.append)

    assert events.rules == {}
    assert [each.status for each in steps] == ["deleted", "deleted"]


def test_targets_that_eventbridge_does_not_take_end_the_deployment() -> None:
    with pytest.raises(DeploymentFailed, match=f"EventBridge did not take 1 target of rule {FIRST}: deploy again"):
        set_up(FakeEvents(takes=1), FakeLambda(), "a", minutes=5)


def test_refused_rule_ends_the_deployment_in_words() -> None:
    with pytest.raises(DeploymentFailed, match=f"making rule {FIRST}: AccessDeniedException"):
        set_up(FakeEvents(denied=True), FakeLambda(), "a", minutes=5)
