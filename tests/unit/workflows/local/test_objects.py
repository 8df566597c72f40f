from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from workflows.local.objects import Versions

BUCKET, RUN, LEDGER = "bucket", "runs/a/train.json", "ledger/m/0000000001.json"


class Service:
    """The part of the emulator's S3 module that is replaced; it notes what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._object_versions: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, ...]] = []

    def _persist_displaced_version(self, bucket: str, key: str, prior: Any, versioning: str) -> None:
        self.asked.append(("displace", key))

    def _persist_object(self, bucket: str, key: str, record: Any) -> None:
        self.asked.append(("persist", key))

    def _persist_delete_marker(self, bucket: str, key: str, marker: Any) -> None:
        self.asked.append(("mark", key))

    def _delete_persisted_object(self, bucket: str, key: str) -> None:
        self.asked.append(("delete", key))

    def _object_disk_path(self, bucket: str, key: str) -> str:
        return str(self._folder / key)

    def _delete_version_file(self, bucket: str, key: str, version: str) -> None:
        self.asked.append(("delete version", key, version))


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def hold(service: Service, key: str, *names: str, marker: bool = False) -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = [{"version_id": name, "data": b"body"} for name in names]
    if marker:
        versions[-1]["is_delete_marker"] = True
    service._object_versions[BUCKET, key] = versions
    return versions


def test_superseded_version_of_a_run_document_goes_with_its_bytes(service: Service) -> None:
    versions = hold(service, RUN, "running", "done")

    Versions(service).persist(BUCKET, RUN, {})

    assert [each["version_id"] for each in versions] == ["done"]
    assert service.asked == [("delete version", RUN, "running"), ("persist", RUN)]


def test_superseded_version_of_what_lasts_stays_and_no_body_stays_in_memory(service: Service) -> None:
    versions = hold(service, LEDGER, "one", "two")

    Versions(service).displace(BUCKET, LEDGER, {}, "Enabled")
    Versions(service).persist(BUCKET, LEDGER, {})

    assert [(each["version_id"], each["data"]) for each in versions] == [("one", None), ("two", None)]
    assert service.asked == [("displace", LEDGER), ("persist", LEDGER)]


def test_what_goes_at_once_is_not_written_to_disk_first(service: Service) -> None:
    Versions(service).displace(BUCKET, RUN, {}, "Enabled")

    assert service.asked == []


def test_deleted_intermediate_leaves_no_trace(service: Service) -> None:
    hold(service, "work/a/labels.npy", "rows", "marker", marker=True)

    Versions(service).mark(BUCKET, "work/a/labels.npy", {})

    assert service._object_versions == {}
    assert ("delete", "work/a/labels.npy") in service.asked


def test_folder_that_the_last_intermediate_leaves_empty_goes_and_one_with_content_stays(
    service: Service, tmp_path: Path
) -> None:
    (tmp_path / "work" / "a" / "train").mkdir(parents=True)
    (tmp_path / "work" / "b").mkdir()
    hold(service, "work/a/train/labels.npy", "marker", marker=True)

    Versions(service).mark(BUCKET, "work/a/train/labels.npy", {})

    assert [each.name for each in (tmp_path / "work").iterdir()] == ["b"]


def test_deleted_object_that_lasts_is_marked_as_deleted(service: Service) -> None:
    hold(service, LEDGER, "one", "marker", marker=True)

    Versions(service).mark(BUCKET, LEDGER, {})

    assert service.asked == [("mark", LEDGER)]


def test_what_an_earlier_server_left_goes_at_the_start(service: Service) -> None:
    hold(service, "work/a/labels.npy", "rows", "marker", marker=True)
    hold(service, RUN, "running", "done")
    hold(service, LEDGER, "one", "two")

    Versions(service).sweep()

    left = {key: len(versions) for (_, key), versions in service._object_versions.items()}
    assert left == {RUN: 1, LEDGER: 2}


def test_write_of_an_object_without_versions_is_persisted(service: Service) -> None:
    Versions(service).persist(BUCKET, RUN, SimpleNamespace())  # type: ignore[arg-type]

    assert service.asked == [("persist", RUN)]
