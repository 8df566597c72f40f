"""nightswap batch --transform: has SageMaker score a file, on the model that the live version's endpoint runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from chalicelib.batches.batch_documents import Tally, TransformRequest
from chalicelib.contracts.endpoints import INSTANCES_MAX
from chalicelib.contracts.transforms import TRANSFORM_HOURLY
from chalicelib.limits import BATCH_RECORDS, TRANSFORM_MINUTES
from chalicelib.values import Value
from workflows import person
from workflows.cli.interruption import ended_as_by_ctrl_c, told_when_interrupted
from workflows.cli.screen import counting
from workflows.cli.stage import Stage
from workflows.transforming import (
    transform_chunks,
    transform_files,
    transform_requests,
    transform_results,
)
from workflows.transforming.transform_chunks import Chunk
from workflows.transforming.transform_following import GOES_ON, Following
from workflows.transforming.transform_requests import Wish

Command = TypeVar("Command", bound=Callable[..., Any])
INSTANCE_TYPE, INSTANCES, MINUTES = "ml.m5.large", 1, 60


class Transform(Value):
    """What --transform was given."""

    instance_type: str
    instances: int
    minutes: int
    chunk_records: int = BATCH_RECORDS

    def scored(self, stage: Stage, file: Path, *, model: str, beside: Path) -> tuple[dict[str, Any], list[Path]]:
        """What there is to tell of the batch, and the files that were written."""
        edges = stage.edges
        with told_when_interrupted(GOES_ON), ended_as_by_ctrl_c():
            name, request, manifest = transform_requests.ask(edges, file, model=model, who=person.name())
            wish = Wish(instance_type=self.instance_type, instances=self.instances, minutes=self.minutes)

            def chunks() -> Iterator[Chunk]:
                records = transform_files.records(file, manifest=manifest)
                return transform_chunks.cut(records, chunk_records=self.chunk_records)

            with counting("transforming") as progress:
                uploaded = transform_chunks.upload(edges, chunks(), batch=name, named=file.name, progress=progress)
                following = Following(
                    edges=edges,
                    jobs=stage.transforms,
                    stage=stage.name,
                    batch=name,
                    request=request,
                    wish=wish,
                    tell=partial(click.echo, err=True),
                    progress=progress,
                )
                following.carry_out(uploaded)
                tally, files = transform_results.write(edges, chunks(), batch=name, uploaded=uploaded, beside=beside)
        return _told(name, request, tally), files


def options(command: Command) -> Command:
    """--transform with what belongs to it, as a `Transform`; None without it."""

    @click.option(
        "--transform", "is_wanted", is_flag=True, help="By a job of SageMaker, on the model of the endpoint."
    )
    @click.option(
        "--instance-type", type=click.Choice([*TRANSFORM_HOURLY]), help=f"Of it.  [default: {INSTANCE_TYPE}]"
    )
    @click.option("--instances", type=click.IntRange(1, INSTANCES_MAX), help=f"Of it.  [default: {INSTANCES}]")
    @click.option(
        "--max-minutes",
        "minutes",
        type=click.IntRange(1, TRANSFORM_MINUTES),
        help=f"Until it is stopped.  [default: {MINUTES}]",
    )
    @wraps(command)
    def with_transform(
        *args: Any,
        is_wanted: bool,
        instance_type: str | None,
        instances: int | None,
        minutes: int | None,
        **more: Any,
    ) -> Any:
        if not is_wanted and (instance_type or instances or minutes):
            raise click.UsageError("--instance-type, --instances and --max-minutes are those of --transform")
        wanted = Transform(instance_type or INSTANCE_TYPE, instances or INSTANCES, minutes or MINUTES)
        return command(*args, transform=wanted if is_wanted else None, **more)

    return cast(Command, with_transform)


def _told(name: str, request: TransformRequest, tally: Tally) -> dict[str, Any]:
    """As of a batch that a function scored."""
    return {
        "batch": name,
        "model": request.model,
        "model_version": request.model_version,
        "function_version": request.function_version,
        "records": tally.records,
        "refused": tally.refused,
        "labels": tally.labels,
        "warnings": tally.warnings,
        "labelled": tally.labelled,
        "accuracy": tally.accuracy,
        "matrix": tally.matrix,
    }
