"""Defines the states that make the endpoint of a version, before the first question to it.

    CreateModel > CreateEndpointConfig > CreateEndpoint > HasInstances > PutIdleAlarm ─┐
                                                                 └─────────────────────┴> WaitForEndpoint
    WaitForEndpoint > DescribeEndpoint > IsInService > IsWatched > EnableIdleAlarm > Scales
           ^                                  |             └──────── serverless ──────────────> Replay
           └─────────── Creating ─────────────┘
    Scales > RegisterScaling > PutScaling > IsScheduled > ScheduleScaleOut > ScheduleScaleIn ──> Replay
       └─────────── a fixed number ──────────────┴─────────────────────────────────────────────> Replay

Steps of the SDK, filled by references to what VersionModel described. The SDK has none that waits for an endpoint.
"""

from __future__ import annotations

from typing import Any

from stepfunctions.steps import Catch, Chain, Choice, EndpointConfigStep, EndpointStep, ModelStep, Pass, Task, Wait
from stepfunctions.steps.states import State

from chalicelib.contracts.decisions import MAKE_ENDPOINT, REPLAY
from chalicelib.edges.hosting.endpoints import VARIANT
from workflows.definitions.ends import decision_unknown, restore_after_failure
from workflows.definitions.functions import ALERTS, ENDPOINT_IMAGE, ENDPOINT_ROLE, STAGE
from workflows.definitions.hosting.sessions import without_aws
from workflows.definitions.states import TIMEOUT_SECONDS, branch, retry

PLAN = "$.version_model.endpoint"
STATUS = "$.endpoint.EndpointStatus"
HAS_INSTANCES = f"{PLAN}.has_instances"
LOOKS_AFTER_SECONDS = 30
"""An endpoint takes some minutes."""
BUSY = "SageMaker.AmazonSageMakerException"
"""Of Step Functions' own integration: all its errors.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html"""
SDK_BUSY = "SageMaker.SageMakerException"
SCALING_BUSY = (
    "ApplicationAutoScaling.ConcurrentUpdateException",
    "ApplicationAutoScaling.InternalServiceException",
)
"""Source: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html"""
CLOUDWATCH_BUSY = "CloudWatch.CloudWatchException"
BUSY_BY_SERVICE = {
    "sagemaker": (SDK_BUSY,),
    "applicationautoscaling": SCALING_BUSY,
    "cloudwatch": (CLOUDWATCH_BUSY,),
}
HOUR_SECONDS = 3600
TAGS = [{"Key": "nightswap:app", "Value": "nightswap"}, {"Key": "nightswap:stage", "Value": STAGE}]
SCALABLE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId.$": f"{PLAN}.resource_id",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


def has_endpoint(*, replay: State) -> Choice:
    """The way to a version's first question: straight, or by way of its endpoint."""
    return branch(
        "HasEndpoint",
        on="$.version_model.decision",
        cases={REPLAY: replay, MAKE_ENDPOINT: make_endpoint(replay=replay)},
        otherwise=decision_unknown(),
    )


def make_endpoint(*, replay: State) -> Chain:
    wait = wait_for_endpoint()
    Chain([wait, describe_endpoint(), _is_there(wait, replay)])
    watched = Chain([put_idle_alarm("PutIdleAlarm", tells=False), wait])
    has_instances = branch("HasInstances", on=HAS_INSTANCES, cases={True: watched}, otherwise=wait)
    return Chain([create_model(), create_endpoint_config(), create_endpoint(), has_instances])


def create_model() -> ModelStep:
    """The contract server's image, and the version's code and artifact."""
    from sagemaker.model import Model

    model = Model(
        image_uri=ENDPOINT_IMAGE, model_data="replaced", role=ENDPOINT_ROLE, sagemaker_session=without_aws()
    )
    step = _step(ModelStep("CreateModel", model, model_name="replaced", instance_type="ml.m5.large"))
    container = {"Image": ENDPOINT_IMAGE, "ModelDataUrl.$": f"{PLAN}.model_data_uri"}
    return _filled(step, {"ModelName.$": f"{PLAN}.name", "PrimaryContainer": container})


def create_endpoint_config() -> EndpointConfigStep:
    step = _step(
        EndpointConfigStep(
            "CreateEndpointConfig",
            endpoint_config_name="replaced",
            model_name="replaced",
            initial_instance_count=1,
            instance_type="ml.m5.large",
        )
    )
    named = {"EndpointConfigName.$": f"{PLAN}.name", "ProductionVariants.$": f"{PLAN}.variants"}
    return _filled(step, named, without="ProductionVariants")


def create_endpoint() -> EndpointStep:
    step = _step(EndpointStep("CreateEndpoint", endpoint_name="replaced", endpoint_config_name="replaced"))
    return _filled(step, {"EndpointName.$": f"{PLAN}.name", "EndpointConfigName.$": f"{PLAN}.name"})


def put_idle_alarm(state: str, *, tells: bool) -> Task:
    """Silence is the failure that it looks for, so it rings as soon as it is made, and tells nobody. Put once more
    some minutes later it stays as it is, and tells of the next time: the endpoint has been asked by then.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    return _call(
        state,
        "cloudwatch:putMetricAlarm",
        {
            "AlarmName.$": f"{PLAN}.idle_alarm",
            "AlarmDescription": "Nobody asks this endpoint, paid by the hour: nightswap endpoints --model MODEL",
            "ActionsEnabled": tells,
            "AlarmActions": [ALERTS],
            "Namespace": "AWS/SageMaker",
            "MetricName": "Invocations",
            "Dimensions": [
                {"Name": "EndpointName", "Value.$": f"{PLAN}.name"},
                {"Name": "VariantName", "Value": VARIANT},
            ],
            "Statistic": "Sum",
            "ComparisonOperator": "LessThanThreshold",
            "Threshold": 1,
            "Period": HOUR_SECONDS,
            "EvaluationPeriods.$": f"{PLAN}.idle_hours",
            "TreatMissingData": "breaching",
        },
    )


def wait_for_endpoint() -> Wait:
    return Wait("WaitForEndpoint", seconds=LOOKS_AFTER_SECONDS)


def describe_endpoint() -> Task:
    return _call(
        "DescribeEndpoint", "sagemaker:describeEndpoint", {"EndpointName.$": f"{PLAN}.name"}, path="$.endpoint"
    )


def _is_there(wait: Wait, replay: State) -> Choice:
    """SageMaker itself ends the creation of an endpoint that does not become healthy: it is Failed then."""
    return branch(
        "IsInService",
        on=STATUS,
        cases={"InService": _is_watched(replay), "Creating": wait, "Failed": endpoint_failed()},
        otherwise=endpoint_lost(),
    )


def _is_watched(replay: State) -> Choice:
    watched = Chain([put_idle_alarm("EnableIdleAlarm", tells=True), _scales(replay)])
    return branch("IsWatched", on=HAS_INSTANCES, cases={True: watched}, otherwise=replay)


def _scales(replay: State) -> Choice:
    scaled = Chain([register_scaling(), put_scaling(), _is_scheduled(replay)])
    return branch("Scales", on=f"{PLAN}.scales", cases={True: scaled}, otherwise=replay)


def _is_scheduled(replay: State) -> Choice:
    scheduled = Chain([schedule("ScheduleScaleOut", "scale_out"), schedule("ScheduleScaleIn", "scale_in"), replay])
    return branch("IsScheduled", on=f"{PLAN}.is_scheduled", cases={True: scheduled}, otherwise=replay)


def register_scaling() -> Task:
    bounds = {"MinCapacity.$": f"{PLAN}.min_instances", "MaxCapacity.$": f"{PLAN}.max_instances"}
    return _call("RegisterScaling", "applicationautoscaling:registerScalableTarget", {**SCALABLE, **bounds})


def put_scaling() -> Task:
    policy = {
        "PolicyName": "requests-of-a-minute",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration.$": f"{PLAN}.scaling",
    }
    return _call("PutScaling", "applicationautoscaling:putScalingPolicy", {**SCALABLE, **policy})


def schedule(state: str, part: str) -> Task:
    """An end of the hour whose load is known. Deregistering what is scaled deletes it.

    Source: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    action = {
        "ScheduledActionName": part.replace("_", "-"),
        "Schedule.$": f"{PLAN}.{part}.Schedule",
        "ScalableTargetAction.$": f"{PLAN}.{part}.ScalableTargetAction",
    }
    return _call(state, "applicationautoscaling:putScheduledAction", {**SCALABLE, **action})


def endpoint_failed() -> Pass:
    """Fail as a task would; SageMaker's description tells why."""
    state = Pass(
        "EndpointFailed",
        parameters={"Error": "EndpointFailed", "Cause.$": "$.endpoint.FailureReason"},
        result_path="$.failure",
    )
    state.next(restore_after_failure())
    return state


def endpoint_lost() -> Pass:
    """Somebody has deleted or changed it meanwhile."""
    why = "The endpoint of the version was changed or deleted while it was made: retrain."
    state = Pass("EndpointLost", result={"Error": "EndpointFailed", "Cause": why}, result_path="$.failure")
    state.next(restore_after_failure())
    return state


def _call(state: str, action: str, parameters: dict[str, Any], *, path: str | None = None) -> Task:
    """A call of the service's API by itself."""
    busy = BUSY_BY_SERVICE[action.partition(":")[0]]
    return _step(
        Task(state, resource=f"arn:aws:states:::aws-sdk:{action}", parameters=parameters), result_path=path, busy=busy
    )


def _step(step: Any, *, result_path: str | None = None, busy: tuple[str, ...] = (BUSY,)) -> Any:
    """With the policies of every call. One that was carried out and whose answer was lost finds its name taken: the
    run then ends with that reason."""
    step.fields["result_path"] = result_path
    step.fields["timeout_seconds"] = TIMEOUT_SECONDS
    step.add_retry(retry(busy, interval_seconds=5, max_attempts=6, max_delay_seconds=120))
    step.add_catch(Catch(error_equals=["States.ALL"], next_step=restore_after_failure(), result_path="$.failure"))
    return step


def _filled(step: Any, references: dict[str, Any], *, without: str = "") -> Any:
    """What differs from run to run, over what the SDK made of an example."""
    named = {name.removesuffix(".$") for name in references} | {without}
    made = {name: value for name, value in step.fields["parameters"].items() if name not in named}
    step.fields["parameters"] = {**references, **made, "Tags": [*TAGS]}
    return step
