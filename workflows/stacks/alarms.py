"""Defines the alarms: over AWS's own metrics, and over the two numbers that every recorded outcome emits.

Each watches one metric, because CloudWatch bills an alarm by its metrics, 0.10 USD a month each: four for a stage,
and four for each model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.log import REJECTED, SUCCEEDED
from chalicelib.names import APP, LIVE, serving_function
from chalicelib.settings.stage import StageSettings
from workflows.stacks.arns import alerts_arn, completed, names_of
from workflows.stacks.statements import Json

DAY_SECONDS = 86_400
FIVE_MINUTES = 300
SLOW_PERIODS = 3
"""Of five minutes, one after the other: a single slow answer in a quiet night is no alarm."""
P99 = {"ExtendedStatistic": "p99"}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One metric and its threshold. By default one period is enough, and missing data is no alarm."""

    name: str
    description: str
    """What happened, and where to look."""
    namespace: str
    metric: str
    dimensions: Mapping[str, Any] = field(default_factory=dict)
    statistic: Mapping[str, str] = field(default_factory=lambda: {"Statistic": "Sum"})
    comparison: str = "GreaterThanOrEqualToThreshold"
    threshold: int = 1
    period_seconds: int = FIVE_MINUTES
    periods: int = 1
    missing: str = "notBreaching"


def stage_alarms(stage: str) -> dict[str, Json]:
    """The alarms that a stage has once, by logical ID."""
    return {
        "RunFailedAlarm": _alarm(stage, _runs(stage, "ExecutionsFailed", name="run-failed", what="failed")),
        "RunStoppedAlarm": _alarm(stage, _runs(stage, "ExecutionsAborted", name="run-stopped", what="was stopped")),
        "ThrottledAlarm": _alarm(stage, _throttles()),
        "ApiErrorsAlarm": _alarm(stage, _api_errors(stage)),
    }


def model_alarms(stage: str, model: str, *, logical_id: str, settings: StageSettings) -> dict[str, Json]:
    """The alarms of one model, by logical ID; `logical_id` is what its other resources begin with."""
    return {
        f"{logical_id}RejectedAlarm": _alarm(stage, _rejected(stage, model, days=settings.rejected_days)),
        f"{logical_id}FailingAlarm": _alarm(stage, _failing(stage, model, days=settings.failing_days)),
        f"{logical_id}ErrorsAlarm": _alarm(stage, _errors(stage, model)),
        f"{logical_id}LatencyAlarm": _alarm(stage, _latency(stage, model, above_ms=settings.latency_ms)),
    }


def _runs(stage: str, metric: str, *, name: str, what: str) -> Watch:
    """The machine has no time limit, so no execution of it ends TIMED_OUT."""
    return Watch(
        name=name,
        description=f"A retrain {what}; the live model keeps serving: nightswap runs --stage {stage}",
        namespace="AWS/States",
        metric=metric,
        dimensions={"StateMachineArn": {"Ref": "Retrain"}},
    )


def _throttles() -> Watch:
    """Counts the whole region: functions share its limit, but for those of a direct lane, which have a part of it."""
    return Watch(
        name="throttled",
        description="Lambda turned calls away in this region: ask AWS for more concurrent executions",
        namespace="AWS/Lambda",
        metric="Throttles",
    )


def _api_errors(stage: str) -> Watch:
    return Watch(
        name="api-errors",
        description=f"The API answered 5xx, perhaps because nothing is live: nightswap url --stage {stage}, /health",
        namespace="AWS/ApiGateway",
        metric="5XXError",
        dimensions={"ApiName": APP, "Stage": stage},
    )


def _rejected(stage: str, model: str, *, days: int) -> Watch:
    """A day without a verdict, for want of new data, changes nothing."""
    return Watch(
        name=f"{model}-rejected",
        description=f"On {days} days no new {model} was good enough: nightswap runs --stage {stage}",
        namespace=APP,
        metric=REJECTED,
        dimensions=_of_model(stage, model),
        statistic={"Statistic": "Minimum"},
        period_seconds=DAY_SECONDS,
        periods=days,
        missing="ignore",
    )


def _failing(stage: str, model: str, *, days: int) -> Watch:
    """Silence is the failure that it looks for, so a model is in alarm until its first run as well."""
    return Watch(
        name=f"{model}-failing",
        description=f"For {days} days no retrain of {model} did its work: nightswap runs --stage {stage}",
        namespace=APP,
        metric=SUCCEEDED,
        dimensions=_of_model(stage, model),
        comparison="LessThanThreshold",
        period_seconds=DAY_SECONDS,
        periods=days,
        missing="breaching",
    )


def _errors(stage: str, model: str) -> Watch:
    """The function returns what the client did wrong as an answer; it raises for real faults only."""
    return Watch(
        name=f"{model}-errors",
        description=f"The live {model} failed to answer: nightswap versions {model} --stage {stage}, and its log",
        namespace="AWS/Lambda",
        metric="Errors",
        dimensions=_of_alias(stage, model),
    )


def _latency(stage: str, model: str, *, above_ms: int) -> Watch:
    """Lambda's Duration, in milliseconds; the start of a cold environment is not in it."""
    return Watch(
        name=f"{model}-latency",
        description=f"The live {model} took more than {above_ms} ms: consider NIGHTSWAP_SERVING_MEMORY_MB",
        namespace="AWS/Lambda",
        metric="Duration",
        dimensions=_of_alias(stage, model),
        statistic=P99,
        comparison="GreaterThanThreshold",
        threshold=above_ms,
        periods=SLOW_PERIODS,
    )


def _of_model(stage: str, model: str) -> Mapping[str, Any]:
    """The dimensions of chalicelib.log.outcome_recorded; the bucket's name tells the stage."""
    return {"bucket": completed(names_of(stage).bucket), "model": model}


def _of_alias(stage: str, model: str) -> Mapping[str, Any]:
    function = serving_function(stage, model)
    return {"FunctionName": function, "Resource": f"{function}:{LIVE}"}


def _alarm(stage: str, watch: Watch) -> Json:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": f"{APP}-{stage}-{watch.name}",
            "AlarmDescription": watch.description,
            "AlarmActions": [alerts_arn(stage)],
            "Namespace": watch.namespace,
            "MetricName": watch.metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in watch.dimensions.items()],
            **watch.statistic,
            "ComparisonOperator": watch.comparison,
            "Threshold": watch.threshold,
            "Period": watch.period_seconds,
            "EvaluationPeriods": watch.periods,
            "TreatMissingData": watch.missing,
        },
    }
