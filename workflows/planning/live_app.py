"""Reads the Chalice app as it is from AWS: the values of `planning.app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from chalicelib.names import Names
from workflows.deploying.asking import find
from workflows.deploying.chalice_app import access_log, keep_warm
from workflows.deploying.chalice_app.app_roles import boundary_of
from workflows.deploying.chalice_app.attach import EVERY_METHOD
from workflows.deploying.chalice_app.chalice_resources import (
    API_HANDLER,
    api_methods,
    function_name,
    role_name,
    rule_name,
)
from workflows.deploying.progress import refusals
from workflows.planning.app import (
    API,
    boundary_values,
    code_values,
    compression_values,
    function_values,
    throttle_values,
)
from workflows.planning.changed_values import Values
from workflows.planning.roles import Statement


@dataclass(frozen=True, kw_only=True)
class LiveApp:
    """One stage's app. Raises DeploymentFailed for what AWS refuses to tell."""

    names: Names
    clients: Callable[[str], Any]

    def parts(self, functions: Sequence[str], apis: Sequence[str]) -> dict[str, Values]:
        """The parts that are there, by Chalice's names; `apis` are the IDs of the stage's REST APIs."""
        found = {name: self._function(name) for name in functions}
        found[API] = self._api(apis)
        return {name: values for name, values in found.items() if values}

    def can_log_requests(self) -> bool:
        return access_log.is_possible(self.clients("apigateway"))

    def policies(self, roles: Sequence[str]) -> dict[str, list[Statement]]:
        """The statements that the roles have now; a role that does not exist has none."""
        return {role: self._statements(role) for role in roles}

    def _function(self, name: str) -> Values:
        function, rule = function_name(self.names, name), rule_name(self.names, name)
        found = find(f"function {function}", self.clients("lambda").get_function, FunctionName=function)
        if found is None:
            return {}
        schedule = find(f"rule {rule}", self.clients("events").describe_rule, Name=rule) or {}
        role_of_it = role_name(self.names, name)
        role = find(f"role {role_of_it}", self.clients("iam").get_role, RoleName=role_of_it) or {}
        configuration = found["Configuration"]
        layers = [each["Arn"] for each in configuration.get("Layers", [])]
        return {
            **function_values(
                {**configuration, "Layers": layers},
                tracing=configuration.get("TracingConfig", {}).get("Mode", "PassThrough"),
                tags=found.get("Tags", {}),
                schedules=[schedule["ScheduleExpression"]] if schedule.get("State") == "ENABLED" else [],
                reserved=found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
            ),
            **code_values(_downloaded(found["Code"]["Location"], what=function)),
            **self._attached(function),
            **(self._kept_warm() if name == API_HANDLER else {}),
            **boundary_values(boundary_of(role.get("Role", {}))),
        }

    def _attached(self, function: str) -> Values:
        kept = self._retention(f"/aws/lambda/{function}")
        ask = self.clients("lambda").get_function_event_invoke_config
        config = find(f"where failures of {function} go", ask, FunctionName=function) or {}
        failures = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        return {
            **({"log retention": kept} if kept else {}),
            **({"failures go to": failures.rpartition(":")[2]} if failures else {}),
        }

    def _kept_warm(self) -> Values:
        return keep_warm.values(keep_warm.live_rules(self.clients("events"), self.names))

    def _api(self, apis: Sequence[str]) -> Values:
        gateway = self.clients("apigateway")
        api = find(f"REST API {apis[0]}", gateway.get_rest_api, restApiId=apis[0]) if apis else None
        if api is None:
            return {}
        methods = api_methods(gateway, apis[0])
        routes = {route: method.get("authorizationType", "NONE") for route, method in methods.items()}
        name = self.names.stage
        stage = (
            find(f"stage {name} of REST API {apis[0]}", gateway.get_stage, restApiId=apis[0], stageName=name) or {}
        )
        logged = self._access_log(stage) if self.can_log_requests() else {}
        compressed = compression_values(api.get("minimumCompressionSize"))
        endpoint = api["endpointConfiguration"]["types"][0]
        return {"endpoint": endpoint, **routes, **compressed, **self._throttle(stage), **logged}

    def _access_log(self, stage: Mapping[str, Any]) -> Values:
        retention_days = self._retention(self.names.access_log)
        return access_log.values(stage.get("accessLogSettings", {}), retention_days=retention_days)

    def _retention(self, group: str) -> int | None:
        """None where the group keeps all, or is not there."""
        groups = find(f"log group {group}", self.clients("logs").describe_log_groups, logGroupNamePrefix=group) or {}
        kept = [each.get("retentionInDays") for each in groups.get("logGroups", []) if each["logGroupName"] == group]
        return kept[0] if kept else None

    @staticmethod
    def _throttle(stage: Mapping[str, Any]) -> Values:
        limits = stage.get("methodSettings", {}).get(EVERY_METHOD)
        if limits is None:
            return {}
        return throttle_values(per_second=limits["throttlingRateLimit"], burst=limits["throttlingBurstLimit"])

    def _statements(self, role: str) -> list[Statement]:
        iam = self.clients("iam")
        names = find(f"policies of role {role}", iam.list_role_policies, RoleName=role) or {}
        found = [
            find(f"policy {name} of role {role}", iam.get_role_policy, RoleName=role, PolicyName=name) or {}
            for name in names.get("PolicyNames", [])
        ]
        return [statement for each in found if each for statement in each["PolicyDocument"]["Statement"]]


def _downloaded(url: str, *, what: str) -> bytes:
    with refusals(f"downloading the code of {what}"):
        session = URLLib3Session(proxies=get_environ_proxies(url))
        body: bytes = session.send(AWSRequest("GET", url).prepare()).content
        return body
