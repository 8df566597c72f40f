"""The Chalice app as it is: the values of `planning.app`, read from AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from chalicelib.names import Names
from workflows.deploying.app_roles import boundary_of
from workflows.deploying.attach import EVERY_METHOD
from workflows.deploying.chalice_resources import API_HANDLER
from workflows.deploying.progress import refusals
from workflows.planning.app import API, boundary_values, code_values, function_values, throttle_values
from workflows.planning.roles import Statement
from workflows.planning.templates import Values

ABSENT = {"ResourceNotFoundException", "NoSuchEntity", "NotFoundException"}


class Existing(Protocol):
    """What of ChaliceResources a plan needs."""

    def apis(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class LiveApp:
    """One stage's app. Raises DeploymentFailed for what AWS refuses to tell."""

    names: Names
    clients: Callable[[str], Any]

    def parts(self, functions: Sequence[str], existing: Existing) -> dict[str, Values]:
        """The parts that are there, by Chalice's names."""
        found = {name: self._function(name) for name in functions}
        found[API] = self._api(existing.apis())
        return {name: values for name, values in found.items() if values}

    def policies(self, roles: Sequence[str]) -> dict[str, list[Statement]]:
        """The statements that the roles have now; a role that does not exist has none."""
        return {role: self._statements(role) for role in roles}

    def _function(self, name: str) -> Values:
        function = self.names.stack if name == API_HANDLER else f"{self.names.stack}-{name}"
        found = self._ask("lambda", "get_function", FunctionName=function)
        if not found:
            return {}
        rule = self._ask("events", "describe_rule", Name=f"{self.names.stack}-{name}-event")
        role = self._ask("iam", "get_role", RoleName=f"{self.names.stack}-{name}")
        configuration = found["Configuration"]
        layers = [each["Arn"] for each in configuration.get("Layers", [])]
        return {
            **function_values(
                {**configuration, "Layers": layers},
                tracing=configuration.get("TracingConfig", {}).get("Mode", "PassThrough"),
                tags=found.get("Tags", {}),
                schedules=[rule["ScheduleExpression"]] if rule.get("State") == "ENABLED" else [],
            ),
            **code_values(_downloaded(found["Code"]["Location"], what=function)),
            **self._attached(function),
            **boundary_values(boundary_of(role.get("Role", {}))),
        }

    def _attached(self, function: str) -> Values:
        group = f"/aws/lambda/{function}"
        groups = self._ask("logs", "describe_log_groups", logGroupNamePrefix=group).get("logGroups", [])
        kept = [each.get("retentionInDays") for each in groups if each["logGroupName"] == group]
        config = self._ask("lambda", "get_function_event_invoke_config", FunctionName=function)
        failures = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        return {
            **({"log retention": kept[0]} if kept else {}),
            **({"failures go to": failures.rpartition(":")[2]} if failures else {}),
        }

    def _api(self, apis: Sequence[str]) -> Values:
        if not apis:
            return {}
        api = self._ask("apigateway", "get_rest_api", restApiId=apis[0])
        with refusals(f"reading the routes of REST API {apis[0]}"):
            pages = self.clients("apigateway").get_paginator("get_resources")
            resources = [
                each for page in pages.paginate(restApiId=apis[0], embed=["methods"]) for each in page["items"]
            ]
        routes = {
            f"{verb} {each['path']}": method.get("authorizationType", "NONE")
            for each in resources
            for verb, method in each.get("resourceMethods", {}).items()
        }
        return {"endpoint": api["endpointConfiguration"]["types"][0], **routes, **self._throttle(apis[0])}

    def _throttle(self, api_id: str) -> Values:
        stage = self._ask("apigateway", "get_stage", restApiId=api_id, stageName=self.names.stage)
        limits = stage.get("methodSettings", {}).get(EVERY_METHOD)
        if limits is None:
            return {}
        return throttle_values(per_second=limits["throttlingRateLimit"], burst=limits["throttlingBurstLimit"])

    def _statements(self, role: str) -> list[Statement]:
        names = self._ask("iam", "list_role_policies", RoleName=role).get("PolicyNames", [])
        found = [self._ask("iam", "get_role_policy", RoleName=role, PolicyName=name) for name in names]
        return [statement for each in found for statement in each["PolicyDocument"]["Statement"]]

    def _ask(self, service: str, operation: str, **given: str) -> Mapping[str, Any]:
        """The answer, empty where what is asked for does not exist."""
        with refusals(f"{operation} of {', '.join(given.values())}"):
            try:
                found: Mapping[str, Any] = getattr(self.clients(service), operation)(**given)
            except ClientError as exc:
                if exc.response.get("Error", {}).get("Code") in ABSENT:
                    return {}
                raise
        return found


def _downloaded(url: str, *, what: str) -> bytes:
    with refusals(f"downloading the code of {what}"):
        session = URLLib3Session(proxies=get_environ_proxies(url))
        body: bytes = session.send(AWSRequest("GET", url).prepare()).content
        return body
