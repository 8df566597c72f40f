"""An artifact that is too large for its package, from VersionModel on; a small limit stands for that of Lambda."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.rollout import ModelVersioned, VersionModelTask
from chalicelib.edges.object_store import Digest
from chalicelib.errors import ArtifactInvalid, ServingTooSmall
from chalicelib.promotion import versioning
from chalicelib.registry import publishing, registry
from lambdas.intermediates import read
from lambdas.model.formats.package import build_package
from lambdas.serve.seldom import stored
from tests.fakes.edges import FakeOutside
from tests.fakes.store import InMemoryStore
from tests.given.nights import MODEL, content
from tests.unit.lambdas.nightly_batch import night_with_data, up_to_versioning

ARTIFACT = layout.version(MODEL, 1, "model.json")


@pytest.fixture
def judged() -> tuple[FakeOutside, VersionModelTask]:
    night = night_with_data()
    return night, up_to_versioning(night.edges)[0]


def versioned(night: FakeOutside, task: VersionModelTask, **changed: Any) -> ModelVersioned:
    edges = replace(night.edges, **changed)
    return versioning.version(
        edges,
        task,
        artifact=read(edges, task.artifact_uri),
        report=read(edges, task.report_uri),
        replay=read(edges, task.replay_uri),
        build=build_package,
        packaged_bytes=100,
    )


class Reading:
    """The store as the function's client of S3."""

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store

    def get_object(self, **asked: Any) -> dict[str, Any]:
        found = self._store.find(asked["Key"])
        assert found is not None
        assert (asked["Bucket"], asked["VersionId"]) == (self._store.bucket, found.version_id)
        self._body = found.body
        return {"Body": self}

    def iter_chunks(self, _size: int) -> list[bytes]:
        return [self._body]


def package(night: FakeOutside) -> dict[str, bytes]:
    body = registry.part(night.edges, model=MODEL, model_version=1, name=registry.PACKAGE)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_package_says_where_the_artifact_lies_in_its_place(judged: tuple[FakeOutside, VersionModelTask]) -> None:
    night, task = judged

    assert versioned(night, task) == ModelVersioned(model_version=1, function_version="1")

    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    found, files = night.store.find(ARTIFACT), package(night)
    assert found is not None and manifest.stored is not None and manifest.parts is not None
    where = {"key": ARTIFACT, "version_id": found.version_id, "bytes": len(found.body)}
    assert manifest.stored.document == where
    assert manifest.parts["model.json"] == task.artifact_sha256
    assert json.loads(files["manifest.json"])["stored"] == {"bucket": night.store.bucket, **where}
    assert "model.json" not in files
    assert manifest.code_sha256 == night.functions.versions(MODEL)[0].code_sha256


def test_what_the_package_names_is_what_was_judged(judged: tuple[FakeOutside, VersionModelTask]) -> None:
    night, task = judged
    versioned(night, task)
    told = json.loads(package(night)["manifest.json"])

    found, checksum = stored.brought("/nowhere", told, client=lambda: Reading(night.store))

    assert (found[:], checksum) == (read(night.edges, task.artifact_uri), task.artifact_sha256)


def test_repeated_task_names_the_same_object_and_publishes_nothing_more(
    judged: tuple[FakeOutside, VersionModelTask],
) -> None:
    night, task = judged
    first = versioned(night, task)
    before = content(night)
    night.store.delete(layout.version(MODEL, 1, registry.MANIFEST))

    assert versioned(night, task) == first
    assert content(night) == before
    assert len(night.functions.versions(MODEL)) == 1


def test_another_artifact_under_the_number_is_refused(judged: tuple[FakeOutside, VersionModelTask]) -> None:
    night, task = judged
    night.store.put(layout.version(MODEL, 1, registry.CLAIM), json.dumps({"holder": task.run}).encode())
    night.store.put(ARTIFACT, b"of an earlier try")

    with pytest.raises(ArtifactInvalid, match=f"{ARTIFACT} is not the artifact that was judged"):
        versioned(night, task)


class Unversioned(InMemoryStore):
    """A bucket whose versions somebody switched off."""

    def digest(self, key: str) -> Digest | None:
        found = super().digest(key)
        return found and Digest(found.sha256, found.size_bytes)


def test_bucket_without_versions_is_refused(judged: tuple[FakeOutside, VersionModelTask]) -> None:
    night, task = judged
    unversioned = Unversioned()
    for key, body in content(night).items():
        unversioned.put(key, body)

    with pytest.raises(ArtifactInvalid, match="keeps no versions"):
        versioned(night, task, store=unversioned)


@pytest.mark.parametrize("size", [{"MemorySize": 64}, {"Timeout": 0}], ids=["memory", "time"])
def test_nothing_is_published_by_a_function_that_could_not_open_it(
    judged: tuple[FakeOutside, VersionModelTask], size: dict[str, int]
) -> None:
    night, task = judged
    night.functions.configure(MODEL, **size)
    configured = night.functions.configuration(MODEL)

    with pytest.raises(
        ServingTooSmall, match=r"Set serving=Serving\(memory_mb=..., timeout_seconds=...\) of the recipe"
    ):
        versioned(night, replace(task, serving_sha256=publishing.configuration_sha256(configured)))

    assert night.functions.versions(MODEL) == []
