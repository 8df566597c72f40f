from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from functools import cache

import pytest

from chalicelib import layout
from chalicelib.contracts.rollout import ModelVersioned, VersionModelTask
from chalicelib.documents import documents
from chalicelib.errors import ArtifactInvalid, LayersMissing, ServingChanged, StoreUnavailable
from chalicelib.registry import publishing, registry
from chalicelib.registry.manifest import SCORECARD_FILE
from lambdas import splits, version_model
from lambdas.model.recipe import Split
from lambdas.model.splitting.split import STRATIFIED
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_functions, with_store
from tests.given.nights import MODEL, content, register
from tests.given.records import rewrite
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, up_to_versioning


@cache
def a_judged_night() -> tuple[dict[str, bytes], VersionModelTask]:
    """The bucket after Evaluate, and what VersionModel is asked."""
    night = night_with_data()
    task, _ = up_to_versioning(night.edges)
    return content(night), task


def judged_night() -> tuple[FakeOutside, VersionModelTask]:
    bucket, task = a_judged_night()
    night = FakeOutside(MODEL)
    for key, body in bucket.items():
        night.store.put(key, body)
    return night, task


def test_judged_model_is_numbered_and_published() -> None:
    night, task = judged_night()

    versioned = version_model.run(task, night.edges, SETTINGS)

    assert versioned == ModelVersioned(model_version=1, function_version="1")
    assert night.functions.alias(MODEL) is None


def test_registry_holds_artifact_report_package_and_last_the_manifest() -> None:
    night, task = judged_night()

    version_model.run(task, night.edges, SETTINGS)

    written = [effect.subject.rpartition("/")[2] for effect in night.history.of("put")][-8:]
    parts = ["model.json", "report.json", "replay.json", "package.zip", "splits.json"]
    assert written == ["claim.json", *parts, "000001.json", "manifest.json"]
    part = registry.part(night.edges, model=MODEL, model_version=1, name=SCORECARD_FILE)
    assert part == content(night)[layout.work(RUN, "model.json")]
    sample = registry.part(night.edges, model=MODEL, model_version=1, name=registry.REPLAY)
    assert sample == content(night)[layout.work(RUN, "replay.json")]


def test_run_that_was_prepared_by_an_earlier_release_leaves_no_record_of_splits() -> None:
    """Deployed in the middle of a run: its objects were split by the first rule, as all without a record were."""
    night, task = judged_night()
    key = layout.run_document(RUN, "profile")
    lineage = documents.find(night.store, key)
    del lineage["splits"], lineage["objects"][0]["rule"]
    night.store.put(key, documents.encode(lineage))

    version_model.run(task, night.edges, SETTINGS)

    (draw,) = splits.known(night.edges, model=MODEL, split=Split()).draws.values()
    assert night.store.find(layout.version(MODEL, 1, registry.SPLITS)) is None
    assert draw.rule == STRATIFIED


def test_manifest_tells_the_lineage() -> None:
    night, task = judged_night()

    version_model.run(task, night.edges, SETTINGS)

    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    report = documents.find(night.store, layout.run_document(RUN, "report"))
    assert (manifest.model, manifest.model_version, manifest.run) == (MODEL, 1, RUN)
    assert (manifest.function_version, manifest.rows) == ("1", 1500)
    assert manifest.fingerprint == task.fingerprint
    assert manifest.artifact_sha256 == task.artifact_sha256
    assert manifest.code_sha256 == night.functions.versions(MODEL)[0].code_sha256
    assert [each.name for each in manifest.data] == ["night-1.csv"]
    judged = ("matrix", "ratios", "rules", "reason")
    assert {name: manifest.document[name] for name in judged} == {name: report[name] for name in judged}
    assert manifest.training is not None
    assert manifest.training.train_rows == 1200
    assert manifest.training.document["estimator"] == "Pipeline"


def test_manifest_tells_format_file_and_schema_of_the_artifact_once() -> None:
    night, task = judged_night()

    version_model.run(task, night.edges, SETTINGS)

    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    assert (manifest.format, manifest.artifact_file) == ("scorecard", "model.json")
    assert registry.schema(night.edges, manifest) == {
        "columns": [
            {"kind": "number", "name": name, "minimum": 0, "maximum": None}
            for name in ("duration", "src_bytes", "dst_bytes")
        ]
    }
    assert manifest.training is not None
    assert "artifact" not in manifest.training.document


def test_run_that_was_trained_by_an_earlier_release_leaves_a_manifest_as_that_wrote_it() -> None:
    """Deployed in the middle of a run: its artifact is a scorecard, which tells its schema itself."""
    night, task = judged_night()
    key = layout.run_document(RUN, "training")
    training = documents.find(night.store, key)
    told = training.pop("artifact")
    night.store.put(key, documents.encode(training))

    version_model.run(task, night.edges, SETTINGS)

    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    assert (manifest.format, manifest.artifact, manifest.artifact_file) == ("scorecard", None, "model.json")
    assert registry.schema(night.edges, manifest) == told["schema"]


def test_example_of_the_manifest_is_an_instance_that_the_model_takes() -> None:
    night, task = judged_night()

    version_model.run(task, night.edges, SETTINGS)

    example = registry.manifest(night.edges, model=MODEL, model_version=1).example
    assert example is not None
    assert set(example) == {"duration", "src_bytes", "dst_bytes"}
    assert all(isinstance(value, int) for value in example.values())


def test_package_holds_handler_artifact_and_identity() -> None:
    night, task = judged_night()

    version_model.run(task, night.edges, SETTINGS)

    package = registry.part(night.edges, model=MODEL, model_version=1, name=registry.PACKAGE)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        identity = json.loads(archive.read("manifest.json"))
        names = archive.namelist()
    assert {"serve/handler.py", "model.json", "manifest.json"} <= set(names)
    assert identity == {
        "model": MODEL,
        "model_version": 1,
        "run": RUN,
        "artifact_sha256": task.artifact_sha256,
        "format": "scorecard",
        "artifact_file": "model.json",
        "data": ["night-1.csv"],
    }
    assert publishing.code_sha256(package) == night.functions.versions(MODEL)[0].code_sha256


def test_repeated_task_has_the_same_number_and_the_same_version() -> None:
    night, task = judged_night()
    first = version_model.run(task, night.edges, SETTINGS)
    before = content(night)
    night.clock.sleep(60)

    again = version_model.run(task, night.edges, SETTINGS)

    assert again == first
    assert content(night) == before
    assert len(night.functions.versions(MODEL)) == 1


@pytest.mark.parametrize("operation", ["put", "put_if_absent"])
@pytest.mark.parametrize("nth", range(1, 8))
@pytest.mark.parametrize("lost", [False, True])
def test_task_converges_wherever_it_was_interrupted(operation: str, nth: int, lost: bool) -> None:
    (whole, task), (broken, _) = judged_night(), judged_night()
    wanted = version_model.run(task, whole.edges, SETTINGS)
    away = raising(StoreUnavailable("no answer"))
    edges = with_store(broken.edges, operation, nth=nth, **{"after" if lost else "before": away})

    try:
        versioned = version_model.run(task, edges, SETTINGS)
    except StoreUnavailable:
        versioned = version_model.run(task, edges, SETTINGS)

    assert versioned == wanted
    assert content(broken) == content(whole)
    assert len(broken.functions.versions(MODEL)) == 1


def test_lost_answer_of_the_publishing_call_makes_no_second_version() -> None:
    night, task = judged_night()
    lossy = with_functions(night.edges, "publish", after=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        version_model.run(task, lossy, SETTINGS)

    assert version_model.run(task, lossy, SETTINGS) == ModelVersioned(model_version=1, function_version="1")
    assert len(night.functions.versions(MODEL)) == 1


def test_model_and_function_versions_need_not_be_equal() -> None:
    night, task = judged_night()
    registry.claim(night.edges, model=MODEL, run="dead")
    register(night.edges, run="earlier")

    assert version_model.run(task, night.edges, SETTINGS) == ModelVersioned(model_version=3, function_version="2")


def test_other_artifact_than_the_judged_one_gets_no_number() -> None:
    night, task = judged_night()

    with pytest.raises(ArtifactInvalid, match="is not the artifact that was judged"):
        version_model.run(replace(task, artifact_sha256="other"), night.edges, SETTINGS)

    assert registry.numbers(night.edges, model=MODEL, complete=False) == []


@pytest.mark.parametrize(
    "key", [layout.work(RUN, "model.json"), layout.work(RUN, "replay.json"), layout.run_document(RUN, "report")]
)
def test_artifact_report_or_replay_that_is_gone_is_a_typed_error(key: str) -> None:
    night, task = judged_night()
    night.store.delete(key)

    with pytest.raises(ArtifactInvalid, match="is gone"):
        version_model.run(task, night.edges, SETTINGS)


def test_number_that_was_begun_with_another_package_is_never_complete() -> None:
    night, task = judged_night()
    number = registry.claim(night.edges, model=MODEL, run=RUN)
    night.store.put(layout.version(MODEL, number, registry.PACKAGE), b"another package")

    with pytest.raises(ArtifactInvalid, match="was begun with another package"):
        version_model.run(task, night.edges, SETTINGS)

    assert registry.numbers(night.edges, model=MODEL, complete=True) == []
    assert night.functions.versions(MODEL) == []


def test_version_of_a_reconfigured_function_is_never_complete() -> None:
    night, task = judged_night()
    night.functions.configure(MODEL, MemorySize=512)

    with pytest.raises(ServingChanged):
        version_model.run(task, night.edges, SETTINGS)

    assert registry.numbers(night.edges, model=MODEL, complete=True) == []


def test_model_whose_layers_the_function_lacks_is_not_published() -> None:
    night, task = judged_night()
    key = layout.run_document(RUN, "training")
    told = documents.find(night.store, key)["artifact"]
    rewrite(night, key, artifact={**told, "layers": ["numpy"]})

    with pytest.raises(LayersMissing, match="run nightswap deploy"):
        version_model.run(task, night.edges, SETTINGS)

    assert night.functions.versions(MODEL) == []
