"""VersionModel of a recipe whose versions have endpoints: from the judged model to an answer by way of one."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MAKE_ENDPOINT
from chalicelib.documents import documents
from chalicelib.errors import EstimatorUnsupported
from chalicelib.promotion import versioning
from chalicelib.registry import registry
from lambdas import version_model
from lambdas.endpoint.hosting import Hosting
from lambdas.intermediates import read
from lambdas.model.formats.package import build_package
from lambdas.model.recipe import Endpoint
from lambdas.serve.handler import Service, open_package
from tests.given.endpoints import SageMaker, call, sagemaker
from tests.given.nights import MODEL
from tests.given.records import rewrite
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS
from tests.unit.lambdas.test_version_model import judged_night
from workflows.container import version_package
from workflows.inference.application import Application

NAME = f"nightswap-{SETTINGS.stage}-{MODEL}-v1"


def hosted(_model: str) -> Endpoint:
    return Endpoint(keep_hours=48)


def test_version_says_that_its_endpoint_comes_next_and_its_manifest_names_it() -> None:
    night, task = judged_night()

    versioned = version_model.run(task, night.edges, SETTINGS, target=hosted)

    assert versioned.decision == MAKE_ENDPOINT
    assert versioned.endpoint and versioned.endpoint.name == NAME
    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    assert manifest.endpoint and (manifest.endpoint.name, manifest.endpoint.keep_hours) == (NAME, 48)
    assert registry.MODEL_DATA in (manifest.parts or {})


def test_repeating_it_changes_nothing() -> None:
    night, task = judged_night()
    first = version_model.run(task, night.edges, SETTINGS, target=hosted)

    assert version_model.run(task, night.edges, SETTINGS, target=hosted) == first
    assert len(night.functions.versions(MODEL)) == 1


def test_function_needs_no_layers_of_the_format_before_an_endpoint() -> None:
    night, task = judged_night()
    key = layout.run_document(RUN, "training")
    told = documents.find(night.store, key)["artifact"]
    rewrite(night, key, artifact={**told, "layers": ["numpy"]})

    versioned = version_model.run(task, night.edges, SETTINGS, target=hosted)

    assert versioned.decision == MAKE_ENDPOINT
    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    assert (manifest.document["artifact"]["layers"], manifest.layers) == (["numpy"], ())


def test_artifact_that_is_too_large_for_the_data_of_an_endpoint_is_refused_before_it_has_a_number() -> None:
    night, task = judged_night()

    with pytest.raises(EstimatorUnsupported, match=r"has 0 MB, and one behind an endpoint has .* leave target out"):
        versioning.version(
            night.edges,
            task,
            artifact=read(night.edges, task.artifact_uri),
            report=read(night.edges, task.report_uri),
            replay=read(night.edges, task.replay_uri),
            build=build_package,
            hosting=Hosting(Endpoint(), stage=SETTINGS.stage, model=MODEL),
            packaged_bytes=100,
        )

    assert registry.numbers(night.edges, model=MODEL, complete=False) == []
    assert night.functions.versions(MODEL) == []


def test_recipe_without_one_has_the_package_that_it_always_had() -> None:
    night, task = judged_night()

    versioned = version_model.run(task, night.edges, SETTINGS)

    assert versioned.endpoint is None
    assert registry.manifest(night.edges, model=MODEL, model_version=1).endpoint is None
    package = registry.part(night.edges, model=MODEL, model_version=1, name=registry.PACKAGE)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert not [name for name in archive.namelist() if name.startswith("chalicelib/")]
        assert "endpoint" not in json.loads(archive.read("manifest.json"))


def test_function_answers_what_was_judged_by_way_of_the_server_with_the_data_of_the_model(tmp_path: Path) -> None:
    night, task = judged_night()
    version_model.run(task, night.edges, SETTINGS, target=hosted)
    parts = {
        name: registry.part(night.edges, model=MODEL, model_version=1, name=name)
        for name in (registry.PACKAGE, registry.MODEL_DATA)
    }
    sample = registry.find_sample(night.edges, model=MODEL, model_version=1)
    assert sample is not None
    with tarfile.open(fileobj=io.BytesIO(parts[registry.MODEL_DATA])) as archive:
        archive.extractall(tmp_path / "data", filter="data")
    service: Service = open_package(tmp_path / "data")
    (tmp_path / "function").mkdir()

    with sagemaker() as aws:
        aws.names, aws.application = (NAME,), Application(service)
        rows = {"instances": list(sample.instances)}
        warm, answer = answers(aws, parts[registry.PACKAGE], tmp_path / "function", {"warm": True}, rows)

    assert warm["body"]["artifact_sha256"] == task.artifact_sha256
    assert [each["label"] for each in answer["body"]["predictions"]] == [each.label for each in sample.expected]


def answers(aws: SageMaker, package: bytes, folder: Path, *events: object) -> list[dict[str, Any]]:
    return list(call(package, folder, *events, address=aws.address).answers)


def test_such_a_version_is_served_on_this_machine_too() -> None:
    night, task = judged_night()
    version_model.run(task, night.edges, SETTINGS, target=hosted)

    package, files = version_package.published(night.edges, model=MODEL, model_version=1)

    assert {"serve/handler.py", "manifest.json", "model.json"} <= files.keys()
    assert version_package.unpacked(package, named="it", needed={"model.json"}) == files
