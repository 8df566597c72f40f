"""Removes a stage: what deploying made, in the opposite order, and what Lambda and Chalice made in addition.

It remembers nothing between two attempts: each looks for what still exists and removes it, so the next attempt
continues an interrupted one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.sagemaker.endpoints import SageMakerEndpoints
from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms
from chalicelib.names import Names, token_parameter, transform_prefix
from chalicelib.registry import registry
from workflows.deploying import record
from workflows.deploying.asking import Clients, is_absent
from workflows.deploying.chalice_app import keep_warm
from workflows.deploying.chalice_app.app import delete_app
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources, function_names
from workflows.deploying.cloudformation import removal
from workflows.deploying.cloudformation.removal import PHASE, StackRemoval
from workflows.deploying.leftovers import LOG_GROUP, STACK, Inventory, Leftover
from workflows.deploying.lock import Holder, hold
from workflows.deploying.progress import Patience, Report, Step, refusals
from workflows.stacks.settings import stage_entry


@dataclass(frozen=True, kw_only=True)
class Destruction:
    """The removal of one stage; `root` is the project's folder, `environ` the environment of Chalice.

    Raises DeploymentFailed; repeating the call continues.
    """

    names: Names
    clients: Clients
    root: Path
    environ: Mapping[str, str]
    report: Report
    keep_data: bool
    patience: Patience = field(default_factory=Patience)

    def check_stage(self) -> None:
        """Raises DeploymentFailed for a stage that is not configured: a slip of the pen, most likely."""
        stage_entry(self.names.stage, root=self.root)

    def left(self) -> list[Leftover]:
        """Everything of the stage that exists and is to be removed."""
        return [each for each in self._inventory.everything() if not (self.keep_data and each.is_data)]

    def carry_out(self) -> None:
        """Remove everything: first what starts runs, the data last."""
        with self._lock():
            self._stop_runs()
            self.stop_transforms()
            self.remove_endpoints()
            stacks = [each.name for each in self._inventory.of(STACK)]
            own = (self.names.stack, self.names.data_stack)
            for stack in stacks:
                if stack not in own:  # one that was put on top of Chalice's resources
                    self._remove_stack(stack)
            keep_warm.remove(self.clients("events"), self.names, report=self.report)
            self._remove_app()
            self._remove_stack(self.names.stack)
            if self.keep_data:
                self._forget_what_is_gone()
            else:
                self._remove_data()
            self._remove_log_groups()

    def _lock(self) -> AbstractContextManager[None]:
        if not removal.exists(self.clients("s3"), bucket=self.names.bucket):
            return nullcontext()
        return hold(self._store, stage=self.names.stage, holder=Holder.this_process("destroy"))

    def _stop_runs(self) -> None:
        """Stop the runs: a running one would write into what is being removed."""
        states = self.clients("stepfunctions")
        pages = states.get_paginator("list_executions")
        with refusals("stopping the runs that are going on"):
            try:
                found = pages.paginate(stateMachineArn=self.names.state_machine_arn, statusFilter="RUNNING")
                for run in found.search("executions[]"):
                    states.stop_execution(executionArn=run["executionArn"], cause="nightswap destroy")
                    self.report(Step(PHASE, f"run {run['name']}", "stopped"))
            except ClientError as exc:
                if not is_absent(exc):
                    raise

    def stop_transforms(self) -> None:
        """The jobs of SageMaker that transform a batch of the stage: they cost, and would write into the bucket."""
        if not removal.exists(self.clients("s3"), bucket=self.names.bucket):
            return
        if not self._store.list(layout.TRANSFORMS):
            return
        jobs = SageMakerTransforms(self.clients, names=self.names)
        with refusals("stopping the transform jobs that are going on"):
            for name in jobs.going(transform_prefix(self.names.stage)):
                if jobs.stop(name):
                    self.report(Step(PHASE, f"transform job {name}", "stopped"))

    def remove_endpoints(self) -> None:
        """Of every version whose data for one are in the bucket: they cost most, and no stack knows them."""
        endpoints = SageMakerEndpoints(
            lambda: self.clients("sagemaker"),
            lambda: self.clients("application-autoscaling"),
            lambda: self.clients("cloudwatch"),
            stage=self.names.stage,
        )
        for model, number in self._hosted():
            with refusals(f"deleting the endpoint of version {number} of {model}"):
                endpoints.delete(model, number)
            self.report(Step(PHASE, f"endpoint of version {number} of {model}", "deleted"))

    def _hosted(self) -> list[tuple[str, int]]:
        if not removal.exists(self.clients("s3"), bucket=self.names.bucket):
            return []
        keys = [each.key.split("/") for each in self._store.list(layout.MODELS)]
        return [(key[1], int(key[3])) for key in keys if len(key) == 5 and key[4] == registry.MODEL_DATA]

    def _remove_app(self) -> None:
        """`chalice delete` stops at the first thing that is not there, so it gets a record of what exists."""
        apis = self._app.apis()
        found = self._app.record(api_id=apis[0] if apis else None)
        file = record.path(self.names.stage, root=self.root)
        if found["resources"]:
            record.write(file, found)
            delete_app(self.names.stage, root=self.root, environ=self.environ, report=self.report)
        file.unlink(missing_ok=True)
        for api_id in apis[1:]:
            with refusals(f"deleting REST API {api_id}"):
                self.clients("apigateway").delete_rest_api(restApiId=api_id)
            self.report(Step(PHASE, f"REST API {api_id}, one too many", "deleted"))

    def _remove_stack(self, name: str) -> None:
        client = self.clients("cloudformation")
        StackRemoval(
            client, name=name, stage=self.names.stage, report=self.report, patience=self.patience
        ).carry_out()

    def _forget_what_is_gone(self) -> None:
        """What the bucket that is kept says of the app and of the serving functions."""
        with refusals(f"removing Chalice's record from bucket {self.names.bucket}"):
            for key in (layout.chalice_record(), layout.catalog()):
                self._store.delete(key)

    def _remove_data(self) -> None:
        """The stack goes first: a bucket without its stack is adopted by the next deploy, the opposite is not.

        Bucket and parameter survive it, because their policy in the template is to be kept.
        """
        self._remove_stack(self.names.data_stack)
        removal.remove_bucket(
            self.clients("s3"), bucket=self.names.bucket, report=self.report, patience=self.patience
        )
        with refusals("deleting the token parameter"):
            self.clients("ssm").delete_parameters(Names=[token_parameter(self.names.stage)])

    def _remove_log_groups(self) -> None:
        """Lambda makes the log group of a function that no stack made one for, and leaves it behind."""
        for group in self._inventory.of(LOG_GROUP):
            with refusals(f"deleting log group {group.name}"):
                self.clients("logs").delete_log_group(logGroupName=group.name)
            self.report(Step(PHASE, f"log group {group.name}", "deleted"))

    @cached_property
    def _app(self) -> ChaliceResources:
        return ChaliceResources(
            names=self.names,
            clients=self.clients,
            functions=function_names(self.names.stage, root=self.root),
        )

    @cached_property
    def _inventory(self) -> Inventory:
        return Inventory(names=self.names, clients=self.clients, app=self._app)

    @cached_property
    def _store(self) -> BucketStore:
        return BucketStore(self.clients("s3"), bucket=self.names.bucket)
