from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.errors import FunctionUnavailable
from tests.fakes.functions import InMemoryFunctions
from tests.given.interference import interfered, raising
from workflows.deploying.announcements import after_deploying, of_alarms
from workflows.stacks.alarms import model_alarms, stage_alarms
from workflows.stacks.settings import DEFAULTS


def test_alarm_of_each_model_that_was_never_live_is_named_with_what_ends_it() -> None:
    first, *_ = of_alarms("prod", waiting=["loans", "kdd99-http"], email="")

    assert first.startswith("alarms nightswap-prod-loans-failing, nightswap-prod-kdd99-http-failing ring until a run")
    assert first.endswith("nightswap retrain --stage prod --model loans")


def test_alarms_have_the_names_that_the_stack_gives_them() -> None:
    said = " ".join(of_alarms("prod", waiting=["loans"], email=""))
    resources = {**stage_alarms("prod"), **model_alarms("prod", "loans", logical_id="Any", settings=DEFAULTS)}
    made = {each["Properties"]["AlarmName"] for each in resources.values()}

    assert {name for name in made if f"{name} " in said} == {
        "nightswap-prod-loans-failing",
        "nightswap-prod-throttled",
    }


def test_address_is_told_to_be_confirmed_before_alarms_are_heard_of() -> None:
    *_, last = of_alarms("prod", waiting=["loans"], email="ops@example.com")

    assert last.startswith("ops@example.com hears of alarms from when it has confirmed")


def test_nothing_is_told_of_a_stage_whose_models_have_all_been_live() -> None:
    assert of_alarms("prod", waiting=[], email="ops@example.com") == []


def test_models_without_an_alias_are_those_that_were_never_live() -> None:
    functions = InMemoryFunctions("loans")

    (first, _) = after_deploying("prod", ["loans"], functions=functions, email="")

    assert first.startswith("alarm nightswap-prod-loans-failing rings")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            FunctionUnavailable("reading the alias: TooManyRequestsException; try again in a moment"),
            "TooManyRequests",
        ),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAlias"), "AccessDenied: no"),
        (EndpointConnectionError(endpoint_url="https://lambda"), "Could not connect"),
    ],
)
def test_answer_that_lambda_does_not_give_after_all_is_deployed_is_told_and_fails_nothing(
    error: Exception, said: str
) -> None:
    functions = interfered(InMemoryFunctions("loans"), "alias", before=raising(error))

    (note,) = after_deploying("prod", ["loans"], functions=functions, email="")

    assert note.startswith("it is unknown which models were never live")
    assert said in note
