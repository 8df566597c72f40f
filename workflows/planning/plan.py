"""Makes the whole plan of a stage."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chalicelib import layout
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.serving_functions import LambdaServingFunctions
from workflows.cost.bills import Bill
from workflows.cost.prices import US_EAST_1
from workflows.deploying import release
from workflows.deploying.asking import Clients, find
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources
from workflows.deploying.cloudformation.lost import find_lost
from workflows.deploying.cloudformation.present import deployed
from workflows.deploying.cloudformation.uploads import template_store
from workflows.deploying.departures import Departure, departures, stacked_models
from workflows.deploying.progress import Patience
from workflows.deploying.serving.direct_lane import LaneChange, lane_changes
from workflows.planning import machine, stacks
from workflows.planning.app import AppPart, Package, app_memory_mb, app_parts, wanted_app, wanted_policies
from workflows.planning.costs import BATCH_RECORDS, PREDICTIONS, Costs, costs
from workflows.planning.live_app import LiveApp
from workflows.planning.packages import PackageState, package_states
from workflows.planning.roles import RoleChange, role_changes, statements_of
from workflows.planning.stacks import StackChange
from workflows.planning.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Plan:
    stage: str
    bucket: str
    departures: tuple[Departure, ...]
    """Models that would go; those that lose something only by nightswap deploy --remove-model."""
    bucket_exists: bool
    """A bucket that was kept is adopted by the new data stack."""
    stacks: tuple[StackChange, ...]
    state_machine_diff: str
    roles: tuple[RoleChange, ...]
    app: tuple[AppPart, ...]
    packages: tuple[PackageState, ...]
    direct_lanes: tuple[LaneChange, ...]
    costs: Costs

    @property
    def changes_nothing(self) -> bool:
        """Whether all is as it would be; Chalice sends its code anyway, and nothing comes of it."""
        return (
            all(stack.action == "unchanged" for stack in self.stacks)
            and not (self.state_machine_diff or self.roles)
            and all(part.action == "unchanged" for part in self.app)
            and all(package.uploaded for package in self.packages)
            and not any(lane.is_change for lane in self.direct_lanes)
        )

    def to_document(self) -> dict[str, Any]:
        """For programs: plain dictionaries and lists."""
        costs = {**vars(self.costs)}
        predictions_of = {model: _priced(bill) for model, bill in costs.pop("predictions_of").items()}
        priced = {name: _priced(bill) for name, bill in costs.items()} | {"predictions_of": predictions_of}
        prices = {
            "region": US_EAST_1.region,
            "as_of": US_EAST_1.as_of.isoformat(),
            "free_tier": "left out",
            "predictions_count": PREDICTIONS,
        }
        prices["batch_records"] = BATCH_RECORDS
        return {
            **{name: value for name, value in asdict(self).items() if name != "costs"},
            "changes_nothing": self.changes_nothing,
            "costs": {"estimate": True, "prices": prices, **priced},
        }


def _priced(bill: Bill) -> dict[str, Any]:
    return {"usd": bill.total_usd, "lines": dict(bill.lines)}


def make_plan(
    wanted: Wanted,
    *,
    clients: Clients,
    existing: ChaliceResources,
    package: Package,
    root: Path,
    patience: Patience | None = None,
) -> Plan:
    """Hold what is wanted against what is there.

    Raises DeploymentFailed for what AWS refuses to tell, and where a newer release deployed the stage.
    """
    names = wanted.names
    bucket = BucketStore(clients("s3"), bucket=names.bucket)
    release.refuse_newer(bucket, stage=names.stage)
    cloudformation = clients("cloudformation")
    store = template_store(clients("s3"), names, place=layout.planned, report=lambda _step: None)
    there = {each.name: deployed(cloudformation, each.name) for each in (wanted.data, wanted.main)}
    main = there[wanted.main.name]
    live = LiveApp(names=names, clients=clients)
    policies = wanted_policies(names, root=root)
    before = statements_of(main.template if main else {}) | live.policies(list(policies))
    running = machine.deployed_definition(clients("stepfunctions"), names)
    source_sha256 = wanted.main.parameters.get("TrainingSourceSha256", "")
    planned = machine.completed(
        wanted.definition,
        names,
        source_sha256=source_sha256,
        endpoint_image=wanted.settings.endpoint_image,
        deployed=running,
    )
    return Plan(
        stage=names.stage,
        bucket=names.bucket,
        departures=departures(
            stacked_models(cloudformation, stage=names.stage, stack=names.stack),
            wanted=wanted.models,
            store=bucket,
            functions=LambdaServingFunctions(clients("lambda"), stage=names.stage),
        ),
        bucket_exists=find(f"bucket {names.bucket}", clients("s3").head_bucket, Bucket=names.bucket) is not None,
        stacks=tuple(
            stacks.stack_change(
                cloudformation,
                each,
                there[each.name],
                lost=find_lost(cloudformation, each.name, clients=clients),
                store=store,
                patience=patience,
            )
            for each in (wanted.data, wanted.main)
        ),
        state_machine_diff=machine.definition_diff(running, planned),
        roles=role_changes(before, statements_of(wanted.main.template) | policies),
        app=app_parts(
            wanted_app(
                package,
                names=names,
                models=wanted.models,
                settings=wanted.settings,
                logs_requests=live.can_log_requests(),
            ),
            live.parts(existing.functions, existing.apis()),
        ),
        packages=package_states(clients("s3"), wanted.uploads, bucket=names.bucket),
        direct_lanes=lane_changes(
            clients("lambda"),
            stage=names.stage,
            models=wanted.models,
            is_wanted=wanted.settings.direct_concurrency > 0,
        ),
        costs=costs(wanted, api_memory_mb=app_memory_mb(names.stage, root=root)),
    )
