"""Files lie under their content's checksum, and are sent once."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed, PackagingFailed
from chalicelib.settings.stage import StageSettings
from workflows.deploying.cloudformation.uploads import (
    LARGE_BYTES,
    Contents,
    Upload,
    contents,
    layers_are_wanted,
    upload,
)
from workflows.deploying.progress import Step
from workflows.packaging.archive import Package, pack
from workflows.packaging.needs import NOTHING, Needs
from workflows.packaging.sizes import UNZIPPED_LIMIT_BYTES
from workflows.stacks.main_stack import main_template

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ROOT = Path(__file__).parents[5]
FILE = Upload("tasks", b"content", ".zip")


class FakeBucket:
    def __init__(self, *, refusal: str = "404") -> None:
        self.objects: dict[str, bytes] = {}
        self.refusal = refusal
        self.writes = 0

    def head_object(self, **given: Any) -> dict[str, Any]:
        if given["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, "HeadObject")
        return {}

    def put_object(self, **given: Any) -> None:
        assert base64.b64decode(given["ChecksumSHA256"]) == hashlib.sha256(given["Body"]).digest()
        self.objects[given["Key"]] = given["Body"]
        self.writes += 1


def send(bucket: FakeBucket, each: Upload = FILE) -> Step:
    steps: list[Step] = []
    upload(cast("S3Client", bucket), each, bucket="a-bucket", report=steps.append)
    return steps[0]


def test_key_is_made_of_the_content() -> None:
    assert FILE.key == f"deploy/{hashlib.sha256(b'content').hexdigest()}.zip"


def test_file_is_sent_once() -> None:
    bucket = FakeBucket()

    assert send(bucket) == Step("upload", "tasks, 0 KiB", "uploaded")
    assert send(bucket) == Step("upload", "tasks", "there already")
    assert bucket.objects == {FILE.key: b"content"}
    assert bucket.writes == 1


def test_denied_look_is_reported_and_nothing_is_sent() -> None:
    bucket = FakeBucket(refusal="403")

    with pytest.raises(DeploymentFailed, match=r"looking for deploy/.* in bucket a-bucket: 403"):
        send(bucket)

    assert bucket.writes == 0


def test_beginning_of_a_large_upload_is_told_too() -> None:
    steps: list[Step] = []

    large = Upload("layer", b"x" * LARGE_BYTES, ".zip")
    upload(cast("S3Client", FakeBucket()), large, bucket="a-bucket", report=steps.append)

    assert [step.status for step in steps] == ["uploading", "uploaded"]


def made(
    *, with_layers: bool, settings: StageSettings | None = None, needs: Needs = NOTHING
) -> tuple[Contents, list[Step]]:
    """The contents, with layers of one empty module."""
    steps: list[Step] = []

    def layer(name: str, root: Path, say: Callable[[str], None]) -> Package:
        assert root == ROOT
        say(f"building {name}")
        return pack({f"python/{name}/__init__.py": b""})

    found = contents(
        ROOT,
        stage="prod",
        settings=settings or StageSettings(),
        with_layers=with_layers,
        report=steps.append,
        layer=layer,
        needs=needs,
    )
    return found, steps


def test_parameters_name_what_is_uploaded_and_are_those_of_the_template() -> None:
    found, steps = made(with_layers=True)

    digests = {each.sha256 for each in found.uploads}
    template = main_template("prod", models=["a-model"])
    assert {found.parameters[name] for name in template["Parameters"]} == digests | {
        found.parameters[name] for name in ("ServingSha256", "PipelineSha256")
    }
    assert [step.subject for step in steps] == [f"building {name}" for name in NOTHING.layers]


def test_functions_that_lambda_would_refuse_are_named_before_anything_is_sent() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("python/huge/model.bin", bytes(UNZIPPED_LIMIT_BYTES))
    huge = Package(body.getvalue(), hashlib.sha256(body.getvalue()).hexdigest())

    with pytest.raises(PackagingFailed, match=r"it would fit without huge \(262 MB\)"):
        contents(
            ROOT,
            stage="prod",
            settings=StageSettings(),
            with_layers=True,
            report=lambda _: None,
            layer=lambda name, root, say: huge,
        )


def test_layers_are_built_for_the_processor_of_the_stage() -> None:
    with pytest.raises(PackagingFailed, match="'z80' is no architecture of Lambda"):
        contents(
            ROOT, stage="prod", settings=StageSettings(architecture="z80"), with_layers=True, report=lambda _: None
        )


def test_layers_are_not_built_where_they_are_not_wanted() -> None:
    found, steps = made(with_layers=False)

    template = main_template("prod", models=["a-model"], with_layers=False)
    assert [each.name for each in found.uploads] == ["tasks", "placeholder", "definition"]
    assert set(found.parameters) == set(template["Parameters"])
    assert steps == []


def test_content_of_a_serving_functions_layers_makes_another_fingerprint() -> None:
    needs = Needs(serving={"a-model": ("numpy",)})
    before, _ = made(with_layers=True)
    after, _ = made(with_layers=True, needs=needs)

    changed = {name for name, value in after.parameters.items() if before.parameters[name] != value}
    assert changed == {"ServingSha256"}


def test_layers_of_a_format_are_no_part_of_the_fingerprint_where_an_endpoint_answers() -> None:
    plain, with_layers = (
        made(with_layers=True, needs=Needs(endpoints=("a-model",), serving=serving))[0]
        for serving in ({}, {"a-model": ("numpy",)})
    )

    assert plain.parameters == with_layers.parameters


def test_serving_function_that_lambda_would_refuse_is_named() -> None:
    with pytest.raises(PackagingFailed, match="the serving function of a-model has 6 layers, and Lambda takes 5"):
        made(with_layers=True, needs=Needs(serving={"a-model": ("numpy",) * 6}))


def test_serving_memory_makes_another_fingerprint() -> None:
    before, _ = made(with_layers=False)
    after, _ = made(with_layers=False, settings=StageSettings(serving_memory_mb=1024))

    changed = {name for name, value in after.parameters.items() if before.parameters[name] != value}
    assert changed == {"ServingSha256"}


@pytest.mark.parametrize(("environ", "wanted"), [({}, True), ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, False)])
def test_layers_are_wanted_on_aws_itself(environ: dict[str, str], wanted: bool) -> None:
    assert layers_are_wanted(environ) is wanted
