from __future__ import annotations

from workflows.deploying.announcements import of_alarms
from workflows.stacks.alarms import model_alarms, stage_alarms
from workflows.stacks.settings import DEFAULTS


def test_alarm_of_each_model_that_was_never_live_is_named_with_what_ends_it() -> None:
    first, *_ = of_alarms("prod", waiting=["loans", "kdd99-http"], email="")

    assert "nightswap-prod-loans-failing, nightswap-prod-kdd99-http-failing ring until" in first
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
