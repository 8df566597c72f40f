"""Compares the Chalice app with what a deployment would make of it: Chalice's package and the settings around it.

A part is a function or the REST API. Its values are flat, so that one comparison serves all that can be set: memory,
time-out, environment, tags, layers, schedule, routes, logs, and each file of the code by its SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names, alerts_topic
from chalicelib.settings.stage import StageSettings
from workflows.deploying.chalice_app import access_log, keep_warm
from workflows.deploying.chalice_app.attach import NIGHTLY
from workflows.deploying.chalice_app.chalice_resources import API_HANDLER, role_name
from workflows.planning.changed_values import Values, changed
from workflows.planning.roles import Statement
from workflows.stacks.settings import stage_entry

SMALLEST_MB = 128
API = "rest_api"
CODE = "code "
"""What the names of values begin with that are files of the code."""
SETTINGS = ("Runtime", "Handler", "MemorySize", "Timeout", "Architectures", "Layers")
NETWORK = ("SubnetIds", "SecurityGroupIds")

Package = Callable[[Path], str]
"""Makes `sam.json` and `deployment.zip` in the folder; returns why it could not, empty when it could."""


@dataclass(frozen=True, kw_only=True)
class AppPart:
    """A function or the REST API; `details` say what of it changes."""

    name: str
    type: str
    action: Literal["create", "update", "unchanged"]
    details: tuple[str, ...] = ()


def app_parts(wanted: Mapping[str, Values], there: Mapping[str, Values]) -> tuple[AppPart, ...]:
    """Each part that is wanted, held against the one that is there."""
    return tuple(_part(name, values, there.get(name)) for name, values in wanted.items())


def _part(name: str, wanted: Values, there: Values | None) -> AppPart:
    kind = API if name == API else "lambda_function"
    if there is None:
        return AppPart(name=name, type=kind, action="create")
    details = tuple(changed(there, wanted))
    return AppPart(name=name, type=kind, action="update" if details else "unchanged", details=details)


def wanted_app(
    package: Package, *, names: Names, models: Sequence[str], settings: StageSettings, logs_requests: bool
) -> dict[str, Values]:
    """The parts by Chalice's names; raises DeploymentFailed where Chalice cannot package the app.

    `logs_requests` is whether the account lets API Gateway write an access log.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if failure := package(folder):
            raise DeploymentFailed(f"chalice package --stage {names.stage} failed: {failure}")
        resources = json.loads((folder / "sam.json").read_bytes())["Resources"].values()
        code = code_values((folder / "deployment.zip").read_bytes())
    functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    (api,) = (each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Api")
    beside = {"log retention": settings.log_retention_days} | boundary_values(settings.permissions_boundary)
    found = {_function(each): _settings(each) | code | beside for each in functions}
    found[NIGHTLY]["failures go to"] = alerts_topic(names.stage)
    woken = keep_warm.wanted_rules(names, models, minutes=settings.keep_warm_minutes)
    found[API_HANDLER] |= keep_warm.values(woken)
    throttle = throttle_values(per_second=settings.requests_per_second, burst=settings.burst)
    logged = _access_log(names, settings) if logs_requests else {}
    return {**found, API: _routes(api) | throttle | logged}


def _access_log(names: Names, settings: StageSettings) -> Values:
    wanted = {"destinationArn": names.access_log_arn, "format": access_log.FORMAT}
    return access_log.values(wanted, retention_days=settings.log_retention_days)


def boundary_values(boundary: str) -> Values:
    """Of the function's role."""
    return {"permissions boundary": boundary} if boundary else {}


def throttle_values(*, per_second: float, burst: int) -> Values:
    """How much the API takes."""
    return {"requests a second": int(per_second), "burst": burst}


def compression_values(minimum_bytes: int | None) -> Values:
    """From which size on answers are compressed; none are where that is None."""
    return {} if minimum_bytes is None else {"compressed from bytes": minimum_bytes}


def _function(properties: Mapping[str, Any]) -> str:
    name = str(properties["Handler"]).rpartition(".")[2]
    return API_HANDLER if name == "app" else name


def _settings(properties: Mapping[str, Any]) -> Values:
    events = [each["Properties"] for each in properties.get("Events", {}).values() if each["Type"] == "Schedule"]
    return function_values(
        properties,
        tracing=properties["Tracing"],
        tags=properties["Tags"],
        schedules=[each["Schedule"] for each in events],
        reserved=properties.get("ReservedConcurrentExecutions"),
    )


def function_values(
    settings: Mapping[str, Any],
    *,
    tracing: str,
    tags: Mapping[str, str],
    schedules: Sequence[str],
    reserved: int | None,
) -> Values:
    """What is set of a function; Lambda's own configuration has the same names as CloudFormation's properties."""
    network = {key: sorted(settings.get("VpcConfig", {}).get(key, ())) for key in NETWORK}
    return {
        **{key: settings[key] for key in SETTINGS if settings.get(key)},
        **{f"variable {key}": value for key, value in settings.get("Environment", {}).get("Variables", {}).items()},
        **{f"tag {key}": value for key, value in tags.items()},
        **{key: values for key, values in network.items() if values},
        **({} if reserved is None else {"reserved concurrency": reserved}),
        "tracing": tracing,
        "schedule": list(schedules),
    }


def code_values(package: bytes) -> Values:
    """Each file of a package; what Python compiled on the way is none of the code."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {
            f"{CODE}{name}": hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.endswith(".pyc")
        }


def _routes(properties: Mapping[str, Any]) -> Values:
    paths = properties["DefinitionBody"]["paths"]
    routes = {
        f"{verb.upper()} {path}": "CUSTOM" if method.get("security") else "NONE"
        for path, verbs in paths.items()
        for verb, method in verbs.items()
    }
    compressed = compression_values(properties.get("MinimumCompressionSize"))
    return {"endpoint": properties["EndpointConfiguration"], **routes, **compressed}


def app_memory_mb(stage: str, *, root: Path) -> int:
    """Of the function behind the routes: the stage's own value, else everybody's, else Lambda's."""
    return int(stage_entry(stage, root=root).get("lambda_memory_size", SMALLEST_MB))


def wanted_policies(names: Names, *, root: Path) -> dict[str, list[Statement]]:
    """The statements in the policy file of each function's role, by the role's name."""
    folder = root / ".chalice"
    config = stage_entry(names.stage, root=root)
    files = {API_HANDLER: config["iam_policy_file"]}
    files |= {name: each["iam_policy_file"] for name, each in config.get("lambda_functions", {}).items()}
    return {
        role_name(names, function): json.loads((folder / file).read_bytes())["Statement"]
        for function, file in files.items()
    }
