from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from chalicelib.documents import documents
from chalicelib.errors import ArtifactInvalid, DatasetTooLarge, RegistryIncomplete
from lambdas import parts
from lambdas.engine import each
from lambdas.model.data.part import Part
from lambdas.model.reading.table import Table
from lambdas.parts import Parts, StoredPart
from tests.fakes.edges import FakeOutside

CLASSES = ("normal", "attack")
RECORD = "work/a-run/sides/train.json"


def part(*numbers: float, label: str = "normal") -> Part:
    rows = len(numbers)
    table = Table(np.array(numbers).reshape(rows, 1), np.full((rows, 1), label), np.full(rows, label))
    return Part.of(table, classes=CLASSES)


def keys(night: FakeOutside) -> list[str]:
    """Of the two parts, in their order."""
    return [each.key for each in stored(night)]


def stored(night: FakeOutside) -> list[StoredPart]:
    several = (part(1.0, 2.0), part(3.0, label="attack"))
    return [parts.stored(night.edges, each.to_files(), rows=len(each), model="m") for each in several]


def side(night: FakeOutside) -> str:
    """Three rows in two parts; returns the URI of their record."""
    return parts.listed(night.edges, stored(night), run="a-run", side="train")


def test_parts_are_opened_by_their_names_in_the_objects_order() -> None:
    night = FakeOutside()

    with Parts(night.edges, side(night), task="Train") as opened:
        rows = each(lambda name: opened.open(name).numeric[:, 0].tolist(), opened.names)
        table = opened.table()

    assert rows == [[1.0, 2.0], [3.0]]
    assert (opened.rows, table.labels.tolist()) == (3, ["normal", "normal", "attack"])


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "..", "", "a/b", "a\nb"])
def test_file_of_a_part_that_would_lie_elsewhere_is_refused(name: str) -> None:
    night = FakeOutside()
    written = parts.stored(night.edges, {"numeric.npy": b"1", name: b"2"}, rows=1, model="m")
    uri = parts.listed(night.edges, [written], run="a-run", side="train")

    with Parts(night.edges, uri, task="Train") as opened, pytest.raises(ArtifactInvalid, match="which no part has"):
        opened.open("00000")


def test_part_is_read_from_the_bucket_once_and_mapped_from_a_copy() -> None:
    night = FakeOutside()

    with Parts(night.edges, side(night), task="Train") as opened:
        opened.open("00000")
        for key in keys(night):
            night.store.delete(key)
        again = opened.open("00000")

        assert isinstance(again.numeric, np.memmap)


def test_copies_are_gone_at_the_end_also_after_an_error() -> None:
    night = FakeOutside()
    folder = Path()

    with pytest.raises(ZeroDivisionError), Parts(night.edges, side(night), task="Train") as opened:
        numeric = opened.open("00000").numeric
        assert isinstance(numeric, np.memmap)
        folder = Path(str(numeric.filename)).parents[1]
        assert folder.exists()
        raise ZeroDivisionError

    assert not folder.exists()


def test_threads_that_ask_for_one_part_at_once_get_it_whole() -> None:
    night = FakeOutside()

    with Parts(night.edges, side(night), task="Train") as opened, ThreadPoolExecutor(8) as threads:
        lengths = list(threads.map(lambda name: len(opened.open(name)), ["00000", "00001"] * 20))

    assert lengths == [2, 1] * 20


def test_parts_are_opened_inside_of_with_alone() -> None:
    night = FakeOutside()

    with pytest.raises(ValueError, match="inside of `with`"):
        Parts(night.edges, side(night), task="Train").open("00000")


def test_record_that_is_gone_is_a_typed_error_as_any_intermediate() -> None:
    with pytest.raises(ArtifactInvalid, match=r"train\.json is gone: the run was ended"):
        Parts(FakeOutside().edges, f"s3://test-bucket/{RECORD}", task="Train")


def test_part_that_is_gone_is_the_same_typed_error() -> None:
    night = FakeOutside()
    uri = side(night)
    gone = keys(night)[1]
    night.store.delete(gone)

    with (
        Parts(night.edges, uri, task="Train") as opened,
        pytest.raises(ArtifactInvalid, match=f"{gone} is gone: the run"),
    ):
        opened.open("00001")


def test_part_that_is_not_the_one_that_was_written_is_told() -> None:
    night = FakeOutside()
    uri = side(night)
    night.store.copy(*keys(night))

    with (
        Parts(night.edges, uri, task="Train") as opened,
        pytest.raises(ArtifactInvalid, match="is not what Preprocess wrote"),
    ):
        opened.open("00001")


def test_record_that_lists_no_parts_is_damaged() -> None:
    night = FakeOutside()
    night.store.put(RECORD, documents.encode({"parts": [{"key": "a"}]}))

    with pytest.raises(RegistryIncomplete, match=r"train\.json is damaged"):
        Parts(night.edges, f"s3://test-bucket/{RECORD}", task="Train")


@pytest.mark.parametrize(("task", "setting"), [("Train", "TRAIN_STORAGE_MB"), ("Evaluate", "EVALUATE_STORAGE_MB")])
def test_parts_that_do_not_fit_on_the_disk_are_refused_before_any_is_copied(task: str, setting: str) -> None:
    night = FakeOutside()
    uri = parts.listed(night.edges, [stored(night)[0].but(unpacked_bytes=10**15)], run="a-run", side="train")

    words = rf"2 rows take 1,000,000,000,000,000 bytes of disk in {task}, where"
    with pytest.raises(DatasetTooLarge, match=words) as raised:
        Parts(night.edges, uri, task=task).__enter__()

    assert f"Give it more, 10,240 MB at most (NIGHTSWAP_{setting} in .chalice/config.json" in raised.value.message
    assert raised.value.message.count("NIGHTSWAP_") == 1


def test_sides_that_are_open_together_have_to_fit_together() -> None:
    night = FakeOutside()
    size = shutil.disk_usage(tempfile.gettempdir()).free * 2 // 3
    uri = parts.listed(night.edges, [stored(night)[0].but(unpacked_bytes=size)], run="a-run", side="train")

    with (
        Parts(night.edges, uri, task="Train") as train,
        pytest.raises(DatasetTooLarge, match=f"4 rows take {2 * size:,} bytes"),
    ):
        Parts(night.edges, uri, beside=train, task="Train").__enter__()


LEAVE_BEHIND = """
import os
from tests.fakes.edges import FakeOutside
from tests.unit.lambdas.test_parts import Parts, side

night = FakeOutside()
opened = Parts(night.edges, side(night), task="Train").__enter__()
print(opened.open("00000").numeric.filename, flush=True)
os._exit(1)
"""


TAKE_OVER = """
import sys
from pathlib import Path
from tests.fakes.edges import FakeOutside
from tests.unit.lambdas.test_parts import Parts, side

night, left = FakeOutside(), Path(sys.argv[1])
with Parts(night.edges, side(night), task="Train") as one, Parts(night.edges, side(night), task="Train") as other:
    print(left.exists(), len(one.open("00000")), len(other.open("00000")))
"""


def test_what_a_task_left_behind_that_was_ended_is_removed_and_what_another_has_open_stays(tmp_path: Path) -> None:
    def run(script: str, *given: str) -> str:
        """In a folder for temporary files that no other test has, which would remove what is left there."""
        here = {**os.environ, "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-c", script, *given]
        return subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True, env=here).stdout.strip()

    left = Path(run(LEAVE_BEHIND)).parents[1]
    assert left.parent == tmp_path and left.exists()

    assert run(TAKE_OVER, str(left)) == "False 2 2"


def test_room_is_asked_for_what_the_rows_take_unpacked() -> None:
    night = FakeOutside()
    rows = 1_000
    files = part(*[1.0] * rows).to_files()
    made = parts.stored(night.edges, files, rows=rows, model="m")
    old = StoredPart.of({key: value for key, value in made.document.items() if key != "unpacked_bytes"})

    assert made.bytes < made.disk_bytes == sum(map(len, files.values()))
    assert old.disk_bytes == made.bytes
