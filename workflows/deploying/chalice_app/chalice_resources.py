"""Finds a stage's Chalice app without Chalice's record: by name, and the REST API by the function that it calls.

Every REST API of the app is called `nightswap`, whatever its stage, and Chalice tags none. But from its first moment
each method of an API names the function that it calls, and that name has the stage in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.names import APP, Names
from workflows.deploying.asking import Clients, find
from workflows.deploying.progress import refusals
from workflows.stacks.settings import stage_entry

Resource = dict[str, str]
API_HANDLER = "api_handler"
"""Chalice's name of the function behind the routes; on AWS it is called as the app and the stage."""
SCHEMA_VERSION = "2.0"
"""Of the record. Source: chalice 1.34, chalice/config.py, `Config.deployed_resources`."""
FIELDS: Mapping[str, Sequence[str]] = {
    "iam_role": ("role_name", "role_arn"),
    "lambda_function": ("lambda_arn",),
    "cloudwatch_event": ("rule_name",),
    "rest_api": ("rest_api_id", "rest_api_url"),
}
"""What Chalice records of each kind of resource beside its name, and reads again."""


def function_names(stage: str, *, root: Path) -> list[str]:
    """What Chalice calls the functions of the stage; each has a policy, and so an entry in its configuration."""
    return [API_HANDLER, *stage_entry(stage, root=root).get("lambda_functions", {})]


def function_name(names: Names, function: str) -> str:
    """What AWS calls the function that Chalice calls `function`."""
    return names.stack if function == API_HANDLER else f"{names.stack}-{function}"


def role_name(names: Names, function: str) -> str:
    return f"{names.stack}-{function}"


def rule_name(names: Names, function: str) -> str:
    return f"{names.stack}-{function}-event"


def api_methods(client: Any, api_id: str) -> dict[str, Any]:
    """The methods of a REST API by verb and path, such as `GET /runs`."""
    pages = client.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
    with refusals(f"reading the methods of REST API {api_id}"):
        return {
            f"{verb} {resource['path']}": method
            for page in pages
            for resource in page["items"]
            for verb, method in resource.get("resourceMethods", {}).items()
        }


@dataclass(frozen=True, kw_only=True)
class ChaliceResources:
    """The Chalice app of one stage, as AWS knows it. Raises DeploymentFailed for what AWS refuses."""

    names: Names
    clients: Clients
    functions: Sequence[str]
    """As `function_names` lists them."""

    def api_exists(self, api_id: str) -> bool:
        gateway = self.clients("apigateway")
        return find(f"REST API {api_id}", gateway.get_rest_api, restApiId=api_id) is not None

    def apis(self) -> list[str]:
        """The IDs of all REST APIs that call the stage's function; more than one is one too many."""
        pages = self.clients("apigateway").get_paginator("get_rest_apis")
        with refusals("listing the REST APIs"):
            named = [api["id"] for page in pages.paginate() for api in page["items"] if api["name"] == APP]
        return [api_id for api_id in named if self._calls_the_stage(api_id)]

    def record(self, *, api_id: str | None) -> dict[str, Any]:
        """A record as Chalice writes it, of what exists; `api_id` is the stage's REST API, if it has one."""
        resources = [resource for function in self.functions for resource in self._around(function)]
        if api_id is not None:
            resources.append(self._rest_api(api_id))
        return {**empty_record(), "resources": resources}

    def _calls_the_stage(self, api_id: str) -> bool:
        wanted = f":function:{function_name(self.names, API_HANDLER)}/invocations"
        methods = api_methods(self.clients("apigateway"), api_id)
        return any(each.get("methodIntegration", {}).get("uri", "").endswith(wanted) for each in methods.values())

    def _around(self, function: str) -> Iterator[Resource]:
        """A function's role, the function, and the rule of its schedule: in Chalice's order, which is of creation."""
        role_of_it = role_name(self.names, function)
        role = find(f"role {role_of_it}", self.clients("iam").get_role, RoleName=role_of_it)
        if role is not None:
            yield role_resource(function, name=role_of_it, arn=role["Role"]["Arn"])
        name = function_name(self.names, function)
        found = find(f"function {name}", self.clients("lambda").get_function, FunctionName=name)
        if found is not None:
            yield _resource(function, "lambda_function", lambda_arn=found["Configuration"]["FunctionArn"])
        rule = rule_name(self.names, function)
        if find(f"rule {rule}", self.clients("events").describe_rule, Name=rule) is not None:
            yield _resource(f"{function}-event", "cloudwatch_event", rule_name=rule)

    def _rest_api(self, api_id: str) -> Resource:
        region = self.names.region
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        url = f"https://{api_id}.execute-api.{region}.{suffix}/{self.names.stage}/"
        return _resource("rest_api", "rest_api", rest_api_id=api_id, rest_api_url=url)


def is_of_stage(record: Any, *, stage: str) -> bool:
    """Whether Chalice can read a record, and each function, role and rule in it is called as in the stage's app: what
    the app has no more, `chalice deploy` deletes by what the record says."""
    resources = record.get("resources") if isinstance(record, dict) else None
    return (
        isinstance(resources, list)
        and record.get("schema_version") == SCHEMA_VERSION
        and all(_is_called_right(each, stage=stage) for each in resources)
    )


def _is_called_right(resource: Any, *, stage: str) -> bool:
    named = ("name", "resource_type")
    if not isinstance(resource, dict) or not all(isinstance(resource.get(each), str) for each in named):
        return False
    name, kind = resource["name"], resource["resource_type"]
    values = [each for each in (resource.get(field) for field in FIELDS.get(kind, ())) if isinstance(each, str)]
    if len(values) < len(FIELDS.get(kind, ())):
        return False
    called = f"{APP}-{stage}" if name == API_HANDLER else f"{APP}-{stage}-{name.removesuffix('_role')}"
    return kind not in ("iam_role", "lambda_function", "cloudwatch_event") or all(
        re.split("[:/]", each)[-1] == called for each in values
    )


def empty_record() -> dict[str, Any]:
    return {"resources": [], "schema_version": SCHEMA_VERSION, "backend": "api"}


def role_resource(function: str, *, name: str, arn: str) -> Resource:
    """A function's role in a record."""
    return _resource(f"{function}_role", "iam_role", role_arn=arn, role_name=name)


def _resource(name: str, resource_type: str, **values: str) -> Resource:
    return {"name": name, "resource_type": resource_type, **values}
