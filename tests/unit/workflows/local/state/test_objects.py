from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.full_disk import no_room
from workflows.local.state import disk_full
from workflows.local.state.objects import Versions

BUCKET, RUN, LEDGER = "bucket", "runs/a/train.json", "ledger/m/0000000001.json"


class Service:
    """The part of the emulator's S3 module that is replaced; it notes what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.DATA_DIR = str(folder / "s3")
        self._buckets: dict[str, Any] = {BUCKET: {"objects": {}}}
        self._object_versions: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, ...]] = []

    def _persist_displaced_version(self, bucket: str, key: str, prior: Any, versioning: str) -> None:
        self.asked.append(("displace", key))
        self._write(f"displaced/{key}", b"before")

    def _persist_object(self, bucket: str, key: str, record: Any) -> None:
        self.asked.append(("persist", key))
        self._write(key, record.get("body", b""))
        self._write(f"{key}.meta.json", "{}", text=True)

    def _persist_delete_marker(self, bucket: str, key: str, marker: Any) -> None:
        self.asked.append(("mark", key))
        self._write(f"{key}.meta.json", "{}", text=True)

    def _write(self, key: str, data: bytes | str, *, text: bool = False) -> None:
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # the emulator logs them
            self._atomic_write(str(path), data, text=text)

    def _atomic_write(self, path: str, data: bytes | str, *, text: bool = False) -> None:
        raise NotImplementedError

    def _delete_persisted_object(self, bucket: str, key: str) -> None:
        self.asked.append(("delete", key))

    def _object_disk_path(self, bucket: str, key: str) -> str:
        return str(self._folder / key)

    def _object_record_from_version(self, version: dict[str, Any]) -> dict[str, Any]:
        return {"version_id": version["version_id"]}

    def _delete_version_file(self, bucket: str, key: str, version: str) -> None:
        self.asked.append(("delete version", key, version))


def replaced(service: Service) -> Versions:
    versions = Versions(service, folder=service._folder)
    service._atomic_write = versions.files.write  # type: ignore[method-assign]
    return versions


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

    replaced(service).persist(BUCKET, RUN, {})

    assert [each["version_id"] for each in versions] == ["done"]
    assert service.asked == [("persist", RUN)]


def test_superseded_version_of_what_lasts_stays_and_no_body_stays_in_memory(service: Service) -> None:
    versions = hold(service, LEDGER, "one", "two")

    operations = replaced(service)
    operations.displace(BUCKET, LEDGER, {}, "Enabled")
    operations.persist(BUCKET, LEDGER, {})

    assert [(each["version_id"], each["data"]) for each in versions] == [("one", None), ("two", None)]
    assert service.asked == [("displace", LEDGER), ("persist", LEDGER)]


def test_what_goes_at_once_is_not_written_to_disk_first(service: Service) -> None:
    replaced(service).displace(BUCKET, RUN, {}, "Enabled")

    assert service.asked == []


def test_deleted_intermediate_leaves_no_trace(service: Service) -> None:
    hold(service, "work/a/labels.npy", "rows", "marker", marker=True)

    replaced(service).mark(BUCKET, "work/a/labels.npy", {})

    assert service._object_versions == {}
    assert ("delete", "work/a/labels.npy") in service.asked


def test_folder_that_the_last_intermediate_leaves_empty_goes_and_one_with_content_stays(
    service: Service, tmp_path: Path
) -> None:
    (tmp_path / "work" / "a" / "train").mkdir(parents=True)
    (tmp_path / "work" / "b").mkdir()
    hold(service, "work/a/train/labels.npy", "marker", marker=True)

    replaced(service).mark(BUCKET, "work/a/train/labels.npy", {})

    assert [each.name for each in (tmp_path / "work").iterdir()] == ["b"]


def test_deleted_object_that_lasts_is_marked_as_deleted(service: Service) -> None:
    hold(service, LEDGER, "one", "marker", marker=True)

    replaced(service).mark(BUCKET, LEDGER, {})

    assert service.asked == [("mark", LEDGER)]


def test_what_an_earlier_server_left_goes_at_the_start(service: Service) -> None:
    hold(service, "work/a/labels.npy", "rows", "marker", marker=True)
    hold(service, RUN, "running", "done")
    hold(service, LEDGER, "one", "two")

    replaced(service).sweep()

    left = {key: len(versions) for (_, key), versions in service._object_versions.items()}
    assert left == {RUN: 1, LEDGER: 2}


def test_write_of_an_object_without_versions_is_persisted(service: Service, tmp_path: Path) -> None:
    replaced(service).persist(BUCKET, RUN, {"body": b"rows"})

    assert (tmp_path / RUN).read_bytes() == b"rows"
    assert (tmp_path / f"{RUN}.meta.json").exists()


def test_object_that_finds_no_room_is_refused_and_the_one_before_stays(service: Service, tmp_path: Path) -> None:
    operations = replaced(service)
    hold(service, LEDGER, "one")
    operations.persist(BUCKET, LEDGER, {"version_id": "one", "body": b"first"})
    hold(service, LEDGER, "one", "two")
    service._buckets[BUCKET]["objects"][LEDGER] = {"version_id": "two"}

    with no_room(), pytest.raises(disk_full.DiskFull, match=f"no room is left in {tmp_path}"):
        operations.persist(BUCKET, LEDGER, {"version_id": "two", "body": b"second"})

    assert service._buckets[BUCKET]["objects"][LEDGER] == {"version_id": "one"}
    assert [each["version_id"] for each in service._object_versions[BUCKET, LEDGER]] == ["one"]
    assert (tmp_path / LEDGER).read_bytes() == b"first"
    assert list(tmp_path.rglob("*.tmp")) == []


def test_very_first_version_that_finds_no_room_leaves_no_object(service: Service) -> None:
    operations = replaced(service)
    hold(service, LEDGER, "one")
    service._buckets[BUCKET]["objects"][LEDGER] = {"version_id": "one"}

    with no_room(), pytest.raises(disk_full.DiskFull):
        operations.persist(BUCKET, LEDGER, {"version_id": "one", "body": b"first"})

    assert (service._buckets[BUCKET]["objects"], service._object_versions) == ({}, {})


def test_version_that_cannot_be_kept_for_want_of_room_is_not_displaced(service: Service) -> None:
    prior = {"version_id": "one"}
    service._buckets[BUCKET]["objects"][LEDGER] = {"version_id": "two"}
    operations = replaced(service)

    with no_room(), pytest.raises(disk_full.DiskFull):
        operations.displace(BUCKET, LEDGER, prior, "Enabled")

    assert service._buckets[BUCKET]["objects"] == {LEDGER: prior}


def test_delete_that_finds_no_room_deletes_nothing(service: Service) -> None:
    operations = replaced(service)
    hold(service, LEDGER, "one", "marker", marker=True)

    with no_room(), pytest.raises(disk_full.DiskFull):
        operations.mark(BUCKET, LEDGER, {"version_id": "marker"})

    assert service._buckets[BUCKET]["objects"] == {LEDGER: {"version_id": "one"}}


def test_object_that_cannot_be_written_for_another_reason_is_an_error_too(service: Service, tmp_path: Path) -> None:
    operations = replaced(service)
    (tmp_path / f"{RUN}.tmp").mkdir(parents=True)

    with pytest.raises(OSError, match="Is a directory"):
        operations.persist(BUCKET, RUN, {"body": b"rows"})


class Silent(Service):
    """As the emulator is when it cannot make an object's folder."""

    def _persist_object(self, bucket: str, key: str, record: Any) -> None:
        self.asked.append(("persist", key))


def test_object_of_which_nothing_was_written_is_an_error(tmp_path: Path) -> None:
    operations = replaced(Silent(tmp_path))

    with pytest.raises(OSError, match="could not be written"):
        operations.persist(BUCKET, RUN, {})
    with no_room(), pytest.raises(disk_full.DiskFull):
        operations.persist(BUCKET, RUN, {})


def test_object_that_a_kill_left_with_the_description_of_the_one_before_is_described_anew(
    service: Service, tmp_path: Path
) -> None:
    for key, described_at in ((RUN, 1), (LEDGER, 3)):
        body = tmp_path / "s3" / "000000000000" / BUCKET / key
        description = body.with_name(f"{body.name}.meta.json")
        body.parent.mkdir(parents=True)
        for path, content, moment in (
            (body, b"rows", 2),
            (description, json.dumps({"key": key}).encode(), described_at),
        ):
            path.write_bytes(content)
            os.utime(path, (moment, moment))
        service._buckets[BUCKET]["objects"][key] = {"etag": "before", "checksums": {"crc32": "before"}}
        hold(service, key, "one")

    replaced(service).mend()

    records = service._buckets[BUCKET]["objects"]
    assert records[RUN] == {"etag": '"df347a373b8f92aa0ae3dd920a5ec2f6"', "size": 4, "checksums": {}}
    assert records[LEDGER]["etag"] == "before"
    assert service._object_versions[BUCKET, RUN][-1]["etag"] == records[RUN]["etag"]


def test_deleted_object_that_a_kill_left_half_described_stays_deleted(service: Service, tmp_path: Path) -> None:
    body = tmp_path / "s3" / "000000000000" / BUCKET / RUN
    body.parent.mkdir(parents=True)
    body.write_bytes(b"rows")
    description = body.with_name(f"{body.name}.meta.json")
    description.write_text(json.dumps({"key": RUN}))
    os.utime(description, (1, 1))

    replaced(service).mend()

    assert service._buckets[BUCKET]["objects"] == {}


def test_file_that_a_kill_left_without_its_name_goes_at_the_start(service: Service, tmp_path: Path) -> None:
    unfinished = tmp_path / "s3" / "000000000000" / BUCKET / "labels.npy.tmp"
    unfinished.parent.mkdir(parents=True)
    unfinished.write_bytes(b"rows")

    replaced(service).sweep()

    assert not unfinished.exists()
