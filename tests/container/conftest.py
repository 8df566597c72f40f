"""A model version in a registry, the image of it, and that image's function under Lambda's runtime client."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export
from lambdas.model.training.estimator import fit
from tests.clone import ROOT
from tests.container.image import Image, build
from tests.fakes.edges import FakeOutside
from tests.given import data, graphs, trees
from tests.short_forms import read_template
from workflows.container.assemble import Libraries, assemble, built_for
from workflows.packaging.emulated import EmulatedFunction, emulator

MODEL = "flows"
VERSION = 7
TOOLS = ROOT / ".venv-packages"
PYTHON = TOOLS / "bin/python"
MANIFEST = {
    "model": MODEL,
    "model_version": VERSION,
    "run": "a-run",
    "function_version": "1",
    "code_sha256": "a-code",
    "configuration": {"Role": "a-role"},
    "format": "scorecard",
    "fingerprint": "a-fingerprint",
    "data": [{"name": "night-1.csv"}],
    "ratios": {"attack": {"recall": 1.0}},
    "reason": "every rule passed",
    "created_at": "2026-11-21T03:00:00.000Z",
}
"""Its presence says that the version is complete; the SHA-256 of its artifact comes from the package."""
LIBRARIES = built_for("x86_64")
RUNTIME_CLIENT = ("awslambdaric", "runtime_client.*", "simplejson", "snapshot_restore_py.py")
"""What the base image has beside Python's standard library, and the image's function may see: no boto3 among it."""


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    recipe = data.recipe(model=MODEL)
    return fit(recipe, train=data.table(recipe, rows=400))


@pytest.fixture(scope="session")
def package(fitted: Fitted) -> bytes:
    model = export(fitted).content
    checksum = hashlib.sha256(model).hexdigest()
    return build_package(
        artifact=model,
        manifest={"model": MODEL, "model_version": VERSION, "artifact_sha256": checksum, "format": "scorecard"},
    )


@pytest.fixture(scope="session")
def forest() -> bytes:
    return packed(trees.model("forest", 3, True).content, kind="trees")


@pytest.fixture(scope="session")
def graph() -> bytes:
    """The package of a model that needs onnxruntime."""
    return packed(graphs.model("neighbours", 3).content, kind="onnx")


def packed(content: bytes, *, kind: str) -> bytes:
    """The package of a model of this format, which names itself so."""
    told = {"model": kind, "model_version": VERSION, "format": kind}
    return build_package(artifact=content, manifest=told | {"artifact_sha256": hashlib.sha256(content).hexdigest()})


@dataclass(frozen=True)
class Registry:
    """Lays out the images of its one complete version."""

    outside: FakeOutside

    def lay_out(
        self,
        folder: Path,
        *,
        model_version: int = VERSION,
        libraries: Libraries = LIBRARIES,
        formats: Collection[str] = (),
    ) -> None:
        assemble(
            self.outside.edges,
            model=MODEL,
            model_version=model_version,
            root=ROOT,
            folder=folder,
            libraries=libraries,
            formats=formats,
        )


def artifact_of(package: bytes | None) -> str:
    """The SHA-256 that the package's manifest tells; zeros where it has none."""
    with suppress(zipfile.BadZipFile, KeyError), zipfile.ZipFile(io.BytesIO(package or b"")) as archive:
        found: str = json.loads(archive.read("manifest.json"))["artifact_sha256"]
        return found
    return "0" * 64


def lambda_handler() -> str:
    """What the template tells Lambda to run of the image, in the place of the image's own server."""
    template = read_template(ROOT / "workflows/container/template.yaml")
    configured = template["Resources"]["Function"]["Properties"]["ImageConfig"]
    assert configured["EntryPoint"] == ["/lambda-entrypoint.sh"]
    (handler,) = configured["Command"]
    return str(handler)


def registry_with(
    package: bytes | None, *, artifact_sha256: str | None = None, kind: str = "scorecard", **told: Any
) -> Registry:
    outside = FakeOutside(MODEL)
    known = {"artifact_sha256": artifact_sha256 or artifact_of(package), "format": kind}
    manifest = MANIFEST | known | told
    outside.edges.store.put(layout.version(MODEL, VERSION, "manifest.json"), documents.encode(manifest))
    if package is not None:
        outside.edges.store.put(layout.version(MODEL, VERSION, "package.zip"), package)
    return Registry(outside)


@pytest.fixture(scope="session")
def image(package: bytes, tmp_path_factory: pytest.TempPathFactory) -> Image:
    context = tmp_path_factory.mktemp("context")
    registry_with(package).lay_out(context / "build")
    return build(context, folder=tmp_path_factory.mktemp("image") / "task", python=PYTHON)


Start = Callable[[Image], EmulatedFunction]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Of an image: its function, which sees the image's files and the runtime client, and nothing else."""
    runtime = tmp_path_factory.mktemp("runtime")
    (packages,) = TOOLS.glob("lib/python*/site-packages")
    for pattern in RUNTIME_CLIENT:
        (found,) = packages.glob(pattern)
        (runtime / found.name).symlink_to(found)

    def started(image: Image) -> EmulatedFunction:
        return EmulatedFunction(
            emulator=emulator(ROOT),
            python=PYTHON,
            handler=lambda_handler(),
            path=[image.folder, runtime],
            log=runtime / "function.log",
        )

    return started


@pytest.fixture(scope="session")
def function(image: Image, start: Start) -> Iterator[EmulatedFunction]:
    with start(image) as running:
        yield running


def event(body: str | None, *, content_type: str | None = "application/json", is_base64: bool = False) -> Any:
    """What an HTTP API sends for POST /predict, in payload format 2.0.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    sent: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "POST /predict",
        "rawPath": "/predict",
        "rawQueryString": "",
        "headers": {"host": "abc.execute-api.eu-west-1.amazonaws.com", "accept": "*/*"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc",
            "http": {"method": "POST", "path": "/predict", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "routeKey": "POST /predict",
            "stage": "$default",
        },
        "isBase64Encoded": is_base64,
    }
    if content_type is not None:
        sent["headers"]["content-type"] = content_type
    return sent if body is None else sent | {"body": body}
