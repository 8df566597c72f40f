"""Uploads what the main stack reads from the bucket, under its SHA-256, before the stack names it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib import layout
from chalicelib.errors import PackagingFailed
from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.definitions import rendering
from workflows.definitions.of_stage import for_stage
from workflows.deploying.asking import find
from workflows.deploying.cloudformation.templates import StoreTemplate
from workflows.deploying.progress import Report, Step, refusals
from workflows.packaging.archive import Package
from workflows.packaging.layers import build, layer_of
from workflows.packaging.needs import NOTHING, Needs
from workflows.packaging.serving import placeholder_package, serving_sha256
from workflows.packaging.sizes import of_stage
from workflows.packaging.tasks import pipeline_sha256, tasks_package
from workflows.packaging.training_source import training_source
from workflows.stacks.functions import serving_configuration
from workflows.stacks.layers import parameter
from workflows.stacks.settings import stage_entry

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

LARGE_BYTES = 1_000_000
"""From here on an upload may take more than a moment, so that its beginning is told too."""

Place = Callable[[str, str], str]
"""The key of a file, of its SHA-256 and its suffix."""

BuildLayer = Callable[[str, Path, Callable[[str], None]], Package]
"""Of the layer's name, the project's folder, and what tells of the progress."""


@dataclass(frozen=True)
class Upload:
    """A file of the deployment; `name` is for people, the key is made of its content."""

    name: str
    body: bytes
    suffix: str
    place: Place = layout.deployed

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def key(self) -> str:
        return self.place(self.sha256, self.suffix)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What the main stack reads from the bucket, and the parameters by which the stack names it."""

    uploads: tuple[Upload, ...]
    parameters: dict[str, str]


def definition_for(root: Path, needs: Needs, *, stage: str, settings: StageSettings) -> str:
    """The state machine's definition, for a stage of these models, with placeholders for what the stack knows."""
    engine = rendering.engine_of(
        on_sagemaker=bool(needs.on_sagemaker),
        by_built_ins=bool(needs.by_built_ins),
        by_tuner=bool(needs.by_tuner),
    )
    target = rendering.ENDPOINT if needs.endpoints else rendering.FUNCTION
    text = (root / rendering.GOLDEN / rendering.file(engine, target)).read_text("utf-8")
    if not (needs.on_sagemaker or needs.endpoints):
        return text
    return for_stage(text, settings=settings, tags=stage_entry(stage, root=root).get("tags", {}))


def transform_definition_for(root: Path, needs: Needs, *, stage: str, settings: StageSettings) -> str | None:
    """The same of the machine that transforms a batch; None for a stage without it."""
    if not needs.endpoints:
        return None
    text = (root / rendering.GOLDEN / rendering.file(rendering.TRANSFORM, rendering.FUNCTION)).read_text("utf-8")
    return for_stage(text, settings=settings, tags=stage_entry(stage, root=root).get("tags", {}))


def _layer_for(architecture: str) -> BuildLayer:
    return lambda name, root, say: build(layer_of(name), root=root, architecture=architecture, report=say)


def layers_are_wanted(environ: Mapping[str, str]) -> bool:
    """Not where an endpoint stands in for AWS: the local AWS runs functions in the project's own interpreter."""
    return not environ.get("AWS_ENDPOINT_URL")


def contents(
    root: Path,
    *,
    stage: str,
    settings: StageSettings,
    with_layers: bool,
    report: Report,
    layer: BuildLayer | None = None,
    needs: Needs = NOTHING,
) -> Contents:
    """Build everything that the main stack names; `root` is the project's folder. Nothing is sent.

    Layers are built only where they are wanted: it takes a minute. Raises PackagingFailed.
    """
    code = tasks_package(root)
    tasks = Upload("tasks", code.body, ".zip")
    placeholder = Upload("placeholder", placeholder_package().body, ".zip")
    machine = definition_for(root, needs, stage=stage, settings=settings)
    definition = Upload("definition", machine.encode(), ".asl.json")
    transform = transform_definition_for(root, needs, stage=stage, settings=settings)
    transforms = [Upload("definition of transforms", transform.encode(), ".asl.json")] if transform else []
    jobs = [Upload("training jobs", training_source(root).body, ".tar.gz")] if needs.on_sagemaker else []

    def say(line: str) -> None:
        report(Step("package", line, ""))

    build = layer or _layer_for(settings.architecture)
    built = {name: build(name, root, say) for name in needs.layers if with_layers}
    _check_sizes(code, built, needs)
    layers = {name: Upload(f"layer {name}", package.body, ".zip") for name, package in built.items()}
    return Contents(
        uploads=(tasks, placeholder, definition, *transforms, *jobs, *layers.values()),
        parameters={
            "TasksSha256": tasks.sha256,
            "PipelineSha256": pipeline_sha256(root),
            "PlaceholderSha256": placeholder.sha256,
            "DefinitionSha256": definition.sha256,
            "ServingSha256": serving_sha256(root, configuration=_serving(settings, needs, built)),
            **({"TransformDefinitionSha256": transforms[0].sha256} if transforms else {}),
            **({"TrainingSourceSha256": jobs[0].sha256} if jobs else {}),
            **{parameter(name): each.sha256 for name, each in layers.items()},
        },
    )


def _serving(settings: StageSettings, needs: Needs, built: Mapping[str, Package]) -> dict[str, Any]:
    """The configuration of the serving functions, and the content of the layers that any of them has."""
    used = sorted({layer for model in needs.serving for layer in needs.of_function(model)})
    content = {layer: built[layer].sha256 if layer in built else "" for layer in used}
    return {**serving_configuration(settings), **({"Layers": content} if content else {})}


def _check_sizes(code: Package, layers: Mapping[str, Package], needs: Needs) -> None:
    """Raises PackagingFailed for a function that Lambda would refuse, naming what would have to go."""
    measured = of_stage(code, dict.fromkeys(needs.serving, placeholder_package()), layers=layers, needs=needs)
    for problem in filter(None, (size.problem for size in measured)):
        raise PackagingFailed(problem, problem="too_large")


def upload(client: S3Client, each: Upload, *, bucket: str, report: Report) -> None:
    """Put the file into the bucket unless it is there. S3 shows whole objects only, and refuses a damaged one."""
    if is_uploaded(client, each.key, bucket=bucket):
        report(Step("upload", each.name, "there already"))
        return
    described = f"{each.name}, {len(each.body) / 1024:.0f} KiB"
    if len(each.body) >= LARGE_BYTES:
        report(Step("upload", described, "uploading"))
    checksum = base64.b64encode(bytes.fromhex(each.sha256)).decode()
    with refusals(f"uploading {each.name} to bucket {bucket}"):
        client.put_object(Bucket=bucket, Key=each.key, Body=each.body, ChecksumSHA256=checksum)
    report(Step("upload", described, "uploaded"))


def address(each: Upload, *, bucket: str, region: str) -> str:
    """Where CloudFormation finds what was uploaded.

    >>> address(Upload("template", b"{}", ".json"), bucket="a-bucket", region="eu-west-1")[:59]
    'https://s3.eu-west-1.amazonaws.com/a-bucket/deploy/44136fa3'
    """
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://s3.{region}.{domain}/{bucket}/{each.key}"


def template_store(client: S3Client, names: Names, *, place: Place, report: Report) -> StoreTemplate:
    """Puts a template that is too long for a call into the stage's bucket."""

    def store(body: bytes) -> str:
        each = Upload("template", body, ".template.json", place)
        upload(client, each, bucket=names.bucket, report=report)
        return address(each, bucket=names.bucket, region=names.region)

    return store


def is_uploaded(client: S3Client, key: str, *, bucket: str) -> bool:
    """Whether the bucket has it; the bucket itself need not exist."""
    found = find(f"{key} in bucket {bucket}", client.head_object, Bucket=bucket, Key=key)
    return found is not None
