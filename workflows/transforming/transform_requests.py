"""Names a batch transform: the same file on the same version is the same one, whoever asks, from whatever machine."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from chalicelib import layout, names
from chalicelib.batches import batch_requests
from chalicelib.batches.batch_documents import TransformRequest
from chalicelib.contracts.instances import round_up_to_cents
from chalicelib.contracts.transforms import TRANSFORM_HOURLY, dollars_at_most
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import TransformOrder
from chalicelib.errors import CommandFailed
from chalicelib.layout import Place
from chalicelib.registry import models, registry
from chalicelib.registry.manifest import Manifest
from chalicelib.values import Value


class Wish(Value, kw_only=True):
    """What may differ from job to job."""

    instance_type: str
    instances: int
    minutes: int
    """Until a job is stopped."""


def ask(edges: Edges, file: Path, *, model: str, who: str) -> tuple[str, TransformRequest, Manifest]:
    """The name of the batch, what was asked for, and its version, which is the one that is live now.

    Raises ModelUnknown, NoLiveModel or VersionUnfit; CommandFailed for a version that has no endpoint.
    """
    models.check(edges, model=model)
    model_version, function_version = batch_requests.live_version(edges, model=model)
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    if manifest.endpoint is None:
        raise CommandFailed(
            f"version {model_version} of {model}, which is live, has no endpoint, so SageMaker has no model of it:"
            " leave --transform out, or give its recipe target=Endpoint(), deploy, and run nightswap retrain"
            f" --model {model} --force"
        )
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    request = TransformRequest(
        model=model,
        model_version=model_version,
        function_version=function_version,
        sagemaker_model=manifest.endpoint.name,
        file=file.name,
        file_sha256=sha256,
        who=who,
        requested_at=documents.timestamp(edges.clock()),
    )
    name = named(request)
    return name, request.put_if_absent(edges.store, layout.transform(name, "request.json")), manifest


def named(request: TransformRequest) -> str:
    """Of the file's name and content, and the version."""
    same = [request.model, request.model_version, request.function_version, request.file, request.file_sha256]
    return f"{request.model}-{hashlib.sha256(json.dumps(same).encode()).hexdigest()[:20]}"


def order(
    request: TransformRequest, wish: Wish, *, bucket: str, stage: str, batch: str, attempt: int
) -> TransformOrder:
    """Of the nth job of a batch."""
    return TransformOrder(
        name=names.transform_job(stage, batch, attempt),
        sagemaker_model=request.sagemaker_model,
        manifest_uri=str(Place(bucket, layout.transform(batch, f"{attempt}.json", of="jobs"))),
        outputs_uri=str(Place(bucket, layout.transform(batch, of="out"))),
        instance_type=wish.instance_type,
        instances=wish.instances,
        timeout_seconds=wish.minutes * 60,
    )


def price(instance_type: str, *, instances: int, minutes: int | None) -> str:
    """What a job costs, in words; a type that is not known here was asked for by another release."""
    hour = TRANSFORM_HOURLY.get(instance_type)
    if hour is None:
        return f"{instances} {instance_type}, price unknown"
    said = f"{instances} {instance_type} at ${hour:.3f} an hour each in us-east-1"
    if minutes is None:
        return said
    most = round_up_to_cents(dollars_at_most(instance_type, instances=instances, minutes=minutes))
    return f"{said}, ${most:.2f} at most: it is stopped after {minutes:,} min"
