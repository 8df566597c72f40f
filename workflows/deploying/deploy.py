"""Deploys a stage: all phases, in order."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import layout
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.edges import Clock
from chalicelib.errors import DeploymentFailed
from chalicelib.names import STAGE_NAME, Names
from chalicelib.registry import catalog
from chalicelib.settings.stage import StageSettings
from workflows.deploying import announcements, departures, record, regions, release
from workflows.deploying.asking import Clients, clients_of
from workflows.deploying.chalice_app import access_log, app_roles, attach, keep_warm, old_tokens
from workflows.deploying.chalice_app.app import RestApi, chalice, check_writable, deploy_app, url_under
from workflows.deploying.chalice_app.chalice_resources import function_name, function_names
from workflows.deploying.cloudformation import builds
from workflows.deploying.cloudformation.change_sets import Stack
from workflows.deploying.cloudformation.lost import find_lost
from workflows.deploying.cloudformation.proposals import WantedStack
from workflows.deploying.cloudformation.templates import StoreTemplate
from workflows.deploying.cloudformation.uploads import Contents, contents, layers_are_wanted, template_store, upload
from workflows.deploying.cloudformation.wanted import data_stack, main_stack, stage_tags
from workflows.deploying.lock import Holder, hold
from workflows.deploying.progress import Patience, Report, Step, refusals
from workflows.deploying.serving import direct_lane
from workflows.packaging.bytecode import Interpreter, interpreter
from workflows.packaging.needs import NOTHING, Needs
from workflows.stacks.settings import stage_settings

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The addresses of a deployed stage. `api_url` has no slash at its end."""

    bucket: str
    api_id: str
    api_url: str
    notes: tuple[str, ...]
    """Notes for the person who deployed it; nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One deployment of one stage: what its phases share."""

    names: Names
    settings: StageSettings
    clients: Clients
    root: Path
    models: Sequence[str]
    report: Report
    environ: Mapping[str, str]
    patience: Patience | None
    with_layers: bool
    clock: Clock
    removes: Sequence[str]
    """The models to remove although they are live or have versions."""
    needs: Needs = NOTHING

    def carry_out(self) -> Deployed:
        """All phases; repeating them continues."""
        store = BucketStore(self.clients("s3"), bucket=self.names.bucket)
        release.refuse_newer(store, stage=self.names.stage)
        self._departures(store)
        self._make_data_stack()
        old_tokens.move(self.clients("ssm"), store, stage=self.names.stage, report=self.report)
        with hold(store, stage=self.names.stage, holder=Holder.this_process("deploy")):
            self._tell(self._departures(store))  # another deploy may have added a model while this one waited
            release.tell(store)
            made = self._upload()
            self._carry_out_lanes([each for each in self._lane_changes() if each.closes])
            self._make_main_stack(made.parameters)
            self._tell_models(store)
            lanes = self._carry_out_lanes(self._lane_changes())
            api, has_access_log = self._deploy_app()
            old_tokens.forget(self.clients("ssm"), stage=self.names.stage)
            named = {each.key for each in made.uploads}
            builds.sweep(store, named=named, now=self.clock(), report=self.report)
        url = url_under(self._endpoint_url, api, stage=self.names.stage)
        notes = announcements.after_deploying(
            self.names.stage, self.models, functions=self._functions, email=self.settings.alert_email
        )
        notes += lanes
        if not has_access_log:
            notes.append(access_log.WAY_OUT.format(region=self.names.region))
        return Deployed(bucket=self.names.bucket, api_id=api.api_id, api_url=url, notes=tuple(notes))

    def _departures(self, store: BucketStore) -> Sequence[departures.Departure]:
        """The models that go. Refuses to remove one that is live or has versions unless it is named."""
        stage = self.names.stage
        there = departures.stacked_models(self.clients("cloudformation"), stage=stage, stack=self.names.stack)
        with refusals("looking for models that would go"):
            found = departures.departures(there, wanted=self.models, store=store, functions=self._functions)
        departures.refuse_unnamed(found, told=self.removes, wanted=self.models, there=there, stage=stage)
        return found

    def _tell(self, found: Sequence[departures.Departure]) -> None:
        for each in found:
            kept = "the deployment leaves its registry" if each.loses else "it never had a version"
            self.report(Step("models", f"{each.model} is removed: {kept}", ""))

    def _make_data_stack(self) -> None:
        self._stack(data_stack(self.names, settings=self.settings)).apply()

    def _upload(self) -> Contents:
        """Upload what the main stack reads, and names by its parameters."""
        made = contents(
            self.root,
            stage=self.names.stage,
            settings=self.settings,
            with_layers=self.with_layers,
            report=self.report,
            needs=self.needs,
        )
        for each in made.uploads:
            upload(self.clients("s3"), each, bucket=self.names.bucket, report=self.report)
        return made

    def _make_main_stack(self, parameters: Mapping[str, str]) -> None:
        wanted = main_stack(
            self.names,
            models=self.models,
            settings=self.settings,
            parameters=parameters,
            with_layers=self.with_layers,
            needs=self.needs,
        )
        self._stack(
            wanted, store=template_store(self.clients("s3"), self.names, place=layout.deployed, report=self.report)
        ).apply()

    def _tell_models(self, store: BucketStore) -> None:
        """The app, which is deployed after it, reads there which models there are."""
        with refusals(f"writing which models there are to bucket {self.names.bucket}"):
            catalog.write(store, self.models)

    def _lane_changes(self) -> Sequence[direct_lane.LaneChange]:
        is_wanted = self.settings.direct_concurrency > 0
        return direct_lane.lane_changes(
            self.clients("lambda"), stage=self.names.stage, models=self.models, is_wanted=is_wanted
        )

    def _carry_out_lanes(self, changes: Sequence[direct_lane.LaneChange]) -> list[str]:
        return direct_lane.carry_out(self.clients("lambda"), changes, stage=self.names.stage, report=self.report)

    def _compiler(self) -> Interpreter | None:
        """The app's own Python, if this machine has it; the local AWS runs functions by the project's."""
        return None if self._endpoint_url else interpreter(self.settings.app_runtime.removeprefix("python"))

    def _deploy_app(self) -> tuple[RestApi, bool]:
        """Chalice's own deployment, and what is done before and after it; whether the API has an access log."""
        stage, functions = self.names.stage, function_names(self.names.stage, root=self.root)
        attach.keep_logs(
            self.clients("logs"),
            [function_name(self.names, each) for each in functions],
            retention_days=self.settings.log_retention_days,
            tags=stage_tags(stage),
            report=self.report,
        )
        fetched = record.fetch(self.names, clients=self.clients, root=self.root, report=self.report)
        command = chalice(self.settings.app_runtime)
        app_roles.bound(
            self.clients("iam"),
            functions,
            stack=self.names.stack,
            boundary=self.settings.permissions_boundary,
            file=fetched.file,
            report=self.report,
        )
        api = deploy_app(
            stage,
            root=self.root,
            environ=self.environ,
            report=self.report,
            command=command,
            compiler=self._compiler(),
        )
        record.keep(fetched, report=self.report)
        attach.alert_of_failed_nights(self.clients("lambda"), stage=stage, report=self.report)
        keep_warm.set_up(
            self.clients("events"),
            self.clients("lambda"),
            names=self.names,
            models=self.models,
            minutes=self.settings.keep_warm_minutes,
            report=self.report,
        )
        gateway = self.clients("apigateway")
        attach.throttle(gateway, api_id=api.api_id, stage=stage, settings=self.settings, report=self.report)
        can_log = access_log.set_up(
            gateway,
            self.clients("logs"),
            names=self.names,
            api_id=api.api_id,
            retention_days=self.settings.log_retention_days,
            tags=stage_tags(stage),
            report=self.report,
        )
        return api, can_log

    def _stack(self, wanted: WantedStack, *, store: StoreTemplate | None = None) -> Stack:
        client = self.clients("cloudformation")
        return Stack(
            client,
            wanted,
            report=self.report,
            patience=self.patience,
            store=store,
            find_lost=lambda stack: find_lost(client, stack, clients=self.clients),
        )

    @property
    def _functions(self) -> LambdaServingFunctions:
        return LambdaServingFunctions(self.clients("lambda"), stage=self.names.stage)

    @property
    def _endpoint_url(self) -> str | None:
        return _endpoint_url(self.environ)


def deploy(
    stage: str,
    *,
    session: boto3.Session,
    root: Path,
    models: Sequence[str],
    report: Report,
    environ: Mapping[str, str] | None = None,
    patience: Patience | None = None,
    with_layers: bool | None = None,
    removes: Sequence[str] = (),
    needs: Needs = NOTHING,
    clock: Clock = lambda: datetime.now(UTC),
) -> Deployed:
    """Deploy the stage, whatever is there of it; `root` is the project's folder.

    `environ` is the environment of Chalice, our own where it is None; its AWS_ENDPOINT_URL holds for us too. Without
    layers the functions have to find their libraries where they run; None leaves them out on a local AWS alone.
    `needs` are the layers that the models' formats ask for. A model that is live or has versions and is not among
    `models` goes only when `removes` names it. Raises DeploymentFailed and PackagingFailed; repeating the call
    continues.
    """
    environ = os.environ if environ is None else environ
    check_writable(root)
    clients = clients_of(session, endpoint_url=_endpoint_url(environ))
    deployment = Deployment(
        names=_names(stage, clients=clients, region=session.region_name),
        settings=stage_settings(stage, root=root),
        clients=clients,
        root=root,
        models=models,
        report=report,
        environ=environ,
        patience=patience,
        with_layers=layers_are_wanted(environ) if with_layers is None else with_layers,
        removes=removes,
        needs=needs,
        clock=clock,
    )
    return deployment.carry_out()


def _endpoint_url(environ: Mapping[str, str]) -> str | None:
    return environ.get("AWS_ENDPOINT_URL") or None


def _names(stage: str, *, clients: Clients, region: str | None) -> Names:
    if not STAGE_NAME.fullmatch(stage):
        raise DeploymentFailed(f"{stage!r} is no name of a stage: expected {STAGE_NAME.pattern}")
    if wrong := regions.problem(region):
        raise DeploymentFailed(f"AWS region {wrong}")
    with refusals("asking AWS whose credentials these are"):
        account = clients("sts").get_caller_identity()["Account"]
    return Names(stage=stage, account=account, region=str(region))
