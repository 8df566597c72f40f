"""The machine of a stage whose versions have endpoints: the other machine, and the states between two of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.names import Names
from tests.contract.definition.endpoint_mistakes import MISTAKES_WITH_ENDPOINTS
from tests.contract.definition.mistakes import Mistake
from workflows.definitions.checker import problems
from workflows.definitions.rendering import BUILT_INS, ENDPOINT, LAMBDA, SAGEMAKER, golden, rendered
from workflows.doctor.account.online import of_others, of_tasks, with_arns

ROOT = Path(__file__).parents[3]
ADDED = {
    *("HasEndpoint", "CreateModel", "CreateEndpointConfig", "CreateEndpoint", "WaitForEndpoint", "DescribeEndpoint"),
    *("IsInService", "Scales", "RegisterScaling", "PutScaling", "EndpointFailed", "EndpointLost"),
    *("IsScheduled", "ScheduleScaleOut", "ScheduleScaleIn"),
    *("HasInstances", "PutIdleAlarm", "IsWatched", "EnableIdleAlarm"),
}


@pytest.mark.parametrize("engine", [LAMBDA, SAGEMAKER, BUILT_INS])
def test_golden_definition_is_what_the_source_renders_and_is_sound(engine: str) -> None:
    text = golden(engine, ENDPOINT)

    assert rendered(ROOT, engine=engine, target=ENDPOINT) == text, "run `make render` and look at the difference"
    assert problems(text) == []


@pytest.mark.parametrize("engine", [LAMBDA, SAGEMAKER, BUILT_INS])
def test_these_states_and_one_way_to_them_are_all_that_it_has_more(engine: str) -> None:
    machine = json.loads(golden(engine, ENDPOINT))

    assert {*machine["States"]} - {*json.loads(golden(engine))["States"]} == ADDED
    assert machine["States"]["VersionModel"].pop("Next") == "HasEndpoint"
    for name in ADDED:
        del machine["States"][name]
    machine["States"]["VersionModel"]["Next"] = "Replay"
    assert machine == json.loads(golden(engine))


def test_version_that_was_approved_is_asked_without_another_endpoint() -> None:
    assert json.loads(golden(LAMBDA, ENDPOINT))["States"]["TakeUp"]["Next"] == "Replay"


def test_alarm_is_put_without_actions_before_any_request_and_has_them_once_the_endpoint_can_be_asked() -> None:
    """An alarm for which silence is the failure rings as soon as it is made."""
    states = json.loads(golden(LAMBDA, ENDPOINT))["States"]
    silent, telling = (states[name]["Parameters"] for name in ("PutIdleAlarm", "EnableIdleAlarm"))

    assert (silent["ActionsEnabled"], silent["TreatMissingData"]) == (False, "breaching")
    assert telling == {**silent, "ActionsEnabled": True}
    assert (states["CreateEndpoint"]["Next"], states["HasInstances"]["Choices"][0]["Next"]) == (
        "HasInstances",
        "PutIdleAlarm",
    )
    assert states["PutIdleAlarm"]["Next"] == states["HasInstances"]["Default"] == "WaitForEndpoint"
    assert states["IsInService"]["Choices"][0]["Next"] == "IsWatched"
    assert (states["IsWatched"]["Choices"][0]["Next"], states["IsWatched"]["Default"]) == (
        "EnableIdleAlarm",
        "Replay",
    )
    assert states["EnableIdleAlarm"]["Next"] == "Scales"


def test_every_state_is_tried_online_too() -> None:
    names = Names(stage="prod", account="123456789012", region="eu-west-1")
    machine = json.loads(with_arns(golden(LAMBDA, ENDPOINT), names))

    tried = {each.state for each in (*of_tasks(machine), *of_others(machine))}

    assert tried == {*machine["States"]}


@pytest.mark.parametrize("mistake", MISTAKES_WITH_ENDPOINTS, ids=lambda mistake: mistake.name)
def test_mistake_in_the_endpoint_is_found(mistake: Mistake) -> None:
    assert problems(mistake.text())
