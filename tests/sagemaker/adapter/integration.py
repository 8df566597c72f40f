"""Step Functions' integration of SageMaker, in moto's engine, which has none: create, describe until the end, stop.

Everything else is the engine's own: choices, retries, catches, paths, the calls of functions. It is built on names
that are moto's own affair, so its version is fixed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import boto_client

Json = dict[str, Any]
NAME = "sagemaker"
OWN = {NAME: NAME, "applicationautoscaling": "application-autoscaling"}
"""The services that the local AWS has not: boto3's names, by those of Step Functions."""


@dataclass(frozen=True)
class Waited:
    """How Step Functions waits for a kind of job: by its description, until it has a last status."""

    job: str
    """As in CreateTrainingJob, DescribeTrainingJob and StopTrainingJob, in snake case."""
    name: str
    status: str


WAITED_FOR: Mapping[str, Waited] = {
    "createtrainingjob": Waited("training_job", "TrainingJobName", "TrainingJobStatus"),
    "createhyperparametertuningjob": Waited(
        "hyper_parameter_tuning_job", "HyperParameterTuningJobName", "HyperParameterTuningJobStatus"
    ),
    "createtransformjob": Waited("transform_job", "TransformJobName", "TransformJobStatus"),
}
"""By the action of the state, in small letters. A line for each that ends with `.sync`."""
FAILED = "States.TaskFailed"
ENDED_WELL, ENDED = "Completed", ("Completed", "Failed", "Stopped")


def connect(*, aws: str, own: str) -> Callable[..., Any]:
    """How the engine reaches services: OWN at `own`, all others at `aws`."""

    def client(region: str, service: str, state_credentials: Any = None) -> Any:
        return boto3.client(
            OWN.get(service, service),  # type: ignore[call-overload]
            endpoint_url=own if service in OWN else aws,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=900),
        )

    return client


class SageMakerStates(StateTaskServiceCallback):
    """What a state with a resource of SageMaker does. One that does not wait calls the action and has its answer."""

    def __init__(self) -> None:
        # Without the second pattern moto stumbles at the end of every .sync.
        super().__init__(supported_integration_patterns={ResourceCondition.Sync, ResourceCondition.WaitForTaskToken})

    def _get_supported_parameters(self) -> None:
        return None

    def _validate_service_integration_is_supported(self) -> None:
        """Which actions there are is told by whoever answers them."""

    def _eval_service_task(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Json, state_credentials: Any
    ) -> None:
        client = boto_client.boto_client_for(region=resource_runtime_part.region, service=NAME)
        answer = getattr(client, self._get_boto_service_action())(**normalised_parameters)
        answer.pop("ResponseMetadata")
        env.stack.append(_plain(answer))

    def _build_sync_resolver(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Json, state_credentials: Any
    ) -> Callable[[], Json | None]:
        env.stack.pop()
        waited = WAITED_FOR[self.resource.api_action.lower()]
        client = boto_client.boto_client_for(region=resource_runtime_part.region, service=NAME)
        name = {waited.name: normalised_parameters[waited.name]}

        def described() -> Json | None:
            told = getattr(client, f"describe_{waited.job}")(**name)
            told.pop("ResponseMetadata")
            if told[waited.status] not in ENDED:
                return None
            if told[waited.status] != ENDED_WELL:
                raise FailureEventException(self._failed(env, FAILED, json.dumps(_plain(told))))
            return _plain(told)

        return described

    def _eval_integration_pattern(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: Json, state_credentials: Any
    ) -> None:
        super()._eval_integration_pattern(env, resource_runtime_part, normalised_parameters, state_credentials)
        if not env.is_running():
            waited = WAITED_FOR[self.resource.api_action.lower()]
            client = boto_client.boto_client_for(region=resource_runtime_part.region, service=NAME)
            with suppress(ClientError):  # somebody else has stopped it, or it has ended
                getattr(client, f"stop_{waited.job}")(**{waited.name: normalised_parameters[waited.name]})

    def _from_error(self, env: Any, ex: Exception) -> FailureEvent:
        if isinstance(ex, ClientError):
            return self._refused(env, ex)
        return super()._from_error(env=env, ex=ex)

    def _refused(self, env: Any, error: ClientError) -> FailureEvent:
        """An error that the action's model names keeps its name; every other is SageMaker's general one.

        The words are those of AWS's SDK for Java, in which Step Functions calls.
        """
        answer = error.response["Error"]
        known = {shape.name for shape in _operation(error.operation_name).error_shapes}
        name = f"{answer['Code']}Exception" if answer["Code"] in known else "AmazonSageMakerException"
        words = f"{answer['Message']} (Service: AmazonSageMaker; Status Code: 400; Error Code: {answer['Code']})"
        return self._failed(env, f"SageMaker.{name}", words)

    def _failed(self, env: Any, error: str, cause: str) -> FailureEvent:
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(error)
            if error != FAILED
            else StatesErrorName(StatesErrorNameType.StatesTaskFailed),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(
                taskFailedEventDetails=TaskFailedEventDetails(
                    error=error,
                    cause=cause,
                    resource=self._get_sfn_resource(),
                    resourceType=self._get_sfn_resource_type(),
                )
            ),
        )


def install(*, aws: str, own: str) -> None:
    """Has the engine reach its services at these addresses, and know SageMaker. Every module that took the two
    functions from moto gets these."""
    client, others = connect(aws=aws, own=own), state_task_service_factory.state_task_service_for

    def service_for(service_name: str) -> Any:
        return SageMakerStates() if service_name == NAME else others(service_name)

    replaced = {
        "boto_client_for": (boto_client.boto_client_for, client),
        "state_task_service_for": (others, service_for),
    }
    for module in [each for name, each in sys.modules.items() if name.startswith("moto.stepfunctions")]:
        for name, (before, after) in replaced.items():
            if getattr(module, name, None) is before:
                setattr(module, name, after)


def _operation(name: str) -> Any:
    return botocore.session.get_session().get_service_model(NAME).operation_model(name)


def _plain(told: Json) -> Json:
    """With moments as milliseconds, as Step Functions has them."""
    plain: Json = json.loads(json.dumps(told, default=_milliseconds))
    return plain


def _milliseconds(moment: datetime) -> int:
    return round(1000 * moment.timestamp())
