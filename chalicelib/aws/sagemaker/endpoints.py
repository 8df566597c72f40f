"""SageMaker, Application Auto Scaling and CloudWatch: the endpoints of one stage's versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import names
from chalicelib.aws.calls import code, transient
from chalicelib.edges.hosting.endpoints import Endpoint, idle_alarm, scaled, version_of
from chalicelib.errors import ExecutionsUnavailable

NO_SUCH = ("ValidationException", "ObjectNotFoundException", "ResourceNotFound")
"""SageMaker has no name of its own for what it does not find.
Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html"""
NOT_FOUND = ("could not find", "does not exist", "not found", "no scalable target found")
"""Words of its messages then: a creation that goes on is refused by the same name."""
NO_SUCH_ALARM = ("cloudwatch", "ResourceNotFound")
"""CloudWatch has a name for it. Source: botocore's model of DeleteAlarms."""


class SageMakerEndpoints:
    """`chalicelib.edges.hosting.endpoints.Endpoints`. A client is made when it is asked: most stages have no
    endpoint."""

    def __init__(
        self,
        connect: Callable[[], Any],
        connect_scaling: Callable[[], Any],
        connect_alarms: Callable[[], Any],
        *,
        stage: str,
    ) -> None:
        self._connect = {
            "sagemaker": connect,
            "application-autoscaling": connect_scaling,
            "cloudwatch": connect_alarms,
        }
        self._stage = stage

    def of(self, model: str) -> Sequence[Endpoint]:
        prefix = names.endpoint_prefix(self._stage, model)
        pages = self._connect["sagemaker"]().get_paginator("list_endpoints").paginate(NameContains=prefix)
        with transient(ExecutionsUnavailable, doing=f"listing the endpoints of {model}"):
            listed = [each for page in pages for each in page["Endpoints"]]
        found = [(version_of(each["EndpointName"], stage=self._stage, model=model), each) for each in listed]
        return sorted(
            (
                Endpoint(
                    name=each["EndpointName"],
                    model_version=number,
                    status=each["EndpointStatus"],
                    created_at=each["CreationTime"],
                )
                for number, each in found
                if number is not None
            ),
            key=lambda endpoint: endpoint.model_version,
        )

    def delete(self, model: str, model_version: int) -> None:
        name = names.endpoint(self._stage, model, model_version)
        target = {
            "ServiceNamespace": "sagemaker",
            "ResourceId": scaled(name),
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        }
        self._call("cloudwatch", "delete_alarms", {"AlarmNames": [idle_alarm(name)]})
        # its policies, schedules and alarms go too
        self._call("application-autoscaling", "deregister_scalable_target", target)
        for kind in ("endpoint", "endpoint_config", "model"):
            named = "".join(word.capitalize() for word in kind.split("_"))
            self._call("sagemaker", f"delete_{kind}", {f"{named}Name": name})

    def _call(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        try:
            with transient(ExecutionsUnavailable, doing=operation):
                getattr(self._connect[service](), operation)(**parameters)
        except ClientError as exc:
            said = str(exc).lower()
            is_gone = code(exc) in NO_SUCH and any(words in said for words in NOT_FOUND)
            if not is_gone and (service, code(exc)) != NO_SUCH_ALARM:
                raise
