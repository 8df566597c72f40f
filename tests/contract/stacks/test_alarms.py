"""The alarms: what CloudWatch accepts, over metrics that somebody emits, and what no data means to each."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from chalicelib.names import Names
from chalicelib.runs import outcomes
from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.reading import of_type
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template

MODELS = ["kdd99-http", "mnist"]
SETTINGS = StageSettings(rejected_days=4, failing_days=5, latency_ms=250)
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
TEMPLATE = main_template("prod", models=MODELS, settings=SETTINGS)
ALARMS = {each["AlarmName"]: each for each in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").values()}
WEEK_SECONDS = 7 * 86_400


def dimensions(alarm: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


@pytest.mark.parametrize("name", ALARMS)
def test_cloudwatch_accepts_the_alarm(name: str) -> None:
    operation = botocore.session.get_session().get_service_model("cloudwatch").operation_model("PutMetricAlarm")

    assert operation.input_shape is not None
    assert ParamValidator().validate(ALARMS[name], operation.input_shape).generate_report() == ""
    assert ALARMS[name]["Period"] * ALARMS[name]["EvaluationPeriods"] <= WEEK_SECONDS


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_is_told_to_the_topic_and_says_where_to_look(name: str) -> None:
    (topic,) = of_type(data_template(NAMES), "AWS::SNS::Topic").values()

    assert ALARMS[name]["AlarmActions"] == [f"arn:aws:sns:eu-west-1:123456789012:{topic['TopicName']}"]
    assert ":" in ALARMS[name]["AlarmDescription"]


def test_stage_and_each_model_have_four() -> None:
    ours = {f"nightswap-prod-{each}" for each in ("run-failed", "run-stopped", "throttled", "api-errors")}
    for model in MODELS:
        ours |= {f"nightswap-prod-{model}-{each}" for each in ("rejected", "failing", "errors", "latency")}

    assert set(ALARMS) == ours


def test_silence_is_an_alarm_only_where_silence_is_the_failure() -> None:
    missing = {name.rsplit("-", 1)[1]: alarm["TreatMissingData"] for name, alarm in ALARMS.items()}

    assert missing.pop("failing") == "breaching"
    assert missing.pop("rejected") == "ignore"
    assert set(missing.values()) == {"notBreaching"}


def test_settings_decide_when_it_is_too_much() -> None:
    assert ALARMS["nightswap-prod-mnist-rejected"]["EvaluationPeriods"] == SETTINGS.rejected_days
    assert ALARMS["nightswap-prod-mnist-failing"]["EvaluationPeriods"] == SETTINGS.failing_days
    assert ALARMS["nightswap-prod-mnist-latency"]["Threshold"] == SETTINGS.latency_ms


@pytest.mark.parametrize("name", ["rejected", "failing"])
def test_alarm_over_outcomes_watches_what_a_recorded_outcome_emits(name: str) -> None:
    alarm = ALARMS[f"nightswap-prod-mnist-{name}"]

    assert alarm["Namespace"] == "nightswap"
    assert alarm["MetricName"] in {metric for emitted in outcomes.METRICS.values() for metric in emitted}
    assert dimensions(alarm) == {"bucket": NAMES.bucket, "model": "mnist"}


@pytest.mark.parametrize("name", ["errors", "latency"])
def test_alarm_over_predictions_watches_the_alias_alone(name: str) -> None:
    assert dimensions(ALARMS[f"nightswap-prod-mnist-{name}"]) == {
        "FunctionName": "nightswap-prod-serve-mnist",
        "Resource": "nightswap-prod-serve-mnist:live",
    }
