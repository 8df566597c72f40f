"""Deploys a stage: all phases, in order."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.errors import DeploymentFailed
from chalicelib.names import APP, STAGE_NAME, Names
from workflows.deploying.app import check_stage, deploy_app, url_under
from workflows.deploying.change_sets import Stack
from workflows.deploying.progress import Patience, Report, refusals
from workflows.deploying.uploads import Upload, upload
from workflows.packaging.serving import placeholder_package, serving_sha256
from workflows.packaging.tasks import tasks_package
from workflows.stacks.data import data_template
from workflows.stacks.functions import serving_configuration
from workflows.stacks.main import main_template

if TYPE_CHECKING:
    import boto3

DEFINITION = "workflows/definitions/golden/retrain.asl.json"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Where a stage is. `api_url` has no slash at its end."""

    bucket: str
    api_id: str
    api_url: str


def deploy(
    stage: str,
    *,
    session: boto3.Session,
    root: Path,
    models: Sequence[str],
    report: Report,
    environ: Mapping[str, str] | None = None,
    patience: Patience | None = None,
) -> Deployed:
    """Deploy the stage, whatever is there of it; `root` is the project's folder.

    `environ` is the environment of Chalice, our own where it is None; its AWS_ENDPOINT_URL holds for us too. Raises
    DeploymentFailed; repeating the call continues.
    """
    environ = os.environ if environ is None else environ
    endpoint_url = environ.get("AWS_ENDPOINT_URL") or None
    names = _names(stage, session=session, endpoint_url=endpoint_url)
    check_stage(stage, root=root)
    cloudformation = session.client("cloudformation", endpoint_url=endpoint_url)
    tags = {f"{APP}:app": APP, f"{APP}:stage": stage}
    data = Stack(cloudformation, name=names.data_stack, report=report, patience=patience)
    data.apply(data_template(names), parameters={}, tags=tags, adopts=True)
    parameters = _upload_all(session, names, root=root, endpoint_url=endpoint_url, report=report)
    main = Stack(cloudformation, name=names.stack, report=report, patience=patience)
    main.apply(main_template(stage, models=models), parameters=parameters, tags=tags)
    api = deploy_app(stage, root=root, environ=environ, report=report)
    return Deployed(bucket=names.bucket, api_id=api.api_id, api_url=url_under(endpoint_url, api, stage=stage))


def render_templates(names: Names, *, models: Sequence[str]) -> dict[str, str]:
    """Both templates of a stage as JSON for people to read, by the names of their stacks."""
    templates = {names.data_stack: data_template(names), names.stack: main_template(names.stage, models=models)}
    return {stack: json.dumps(template, indent=2) + "\n" for stack, template in templates.items()}


def _names(stage: str, *, session: boto3.Session, endpoint_url: str | None) -> Names:
    if not STAGE_NAME.fullmatch(stage):
        raise DeploymentFailed(f"{stage!r} is no name of a stage: expected {STAGE_NAME.pattern}")
    if not session.region_name:
        raise DeploymentFailed("no AWS region is set: set AWS_DEFAULT_REGION, or a region in your AWS profile")
    with refusals("asking AWS whose credentials these are"):
        account = session.client("sts", endpoint_url=endpoint_url).get_caller_identity()["Account"]
    return Names(stage=stage, account=account, region=session.region_name)


def _upload_all(
    session: boto3.Session, names: Names, *, root: Path, endpoint_url: str | None, report: Report
) -> dict[str, str]:
    """Upload what the main stack reads; returns the stack's parameters, which name it."""
    tasks = Upload("tasks", tasks_package(root).body, ".zip")
    placeholder = Upload("placeholder", placeholder_package().body, ".zip")
    definition = Upload("definition", (root / DEFINITION).read_bytes(), ".asl.json")
    client = session.client("s3", endpoint_url=endpoint_url)
    for each in (tasks, placeholder, definition):
        upload(client, each, bucket=names.bucket, report=report)
    return {
        "TasksSha256": tasks.sha256,
        "PlaceholderSha256": placeholder.sha256,
        "DefinitionSha256": definition.sha256,
        "ServingSha256": serving_sha256(root, configuration=serving_configuration()),
    }
