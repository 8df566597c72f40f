"""Stored batches that scored rows of an erased file go with it, whatever the form of their files; others stay."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib import layout
from chalicelib.batches import batch_chunks
from chalicelib.batches.batch_chunks import Batch
from chalicelib.batches.batch_documents import Tally
from chalicelib.errors import RequestConflict
from chalicelib.registry import registry
from tests.fakes.stage import FakeStage
from tests.fakes.transforms import Trouble
from tests.given import batches, nights, transforms
from tests.given.nights import MODEL
from tests.given.present import present
from tests.unit.workflows.data_set.erasing import EVEN, FIRST, ODD, add, csv, erase, everything, lines, message, stage
from workflows.data_set.batches import holding

SCHEMA = {"columns": [{"kind": "number", "name": "duration", "minimum": None, "maximum": None, "missing": 0.0}]}


def asked(on: FakeStage, name: str, content: bytes, *, ended: bool = True) -> str:
    """A batch of the live version that wrote its only chunk, with a refused record that quotes a cell."""
    key = batches.put(on.edges, content, name)
    batch = batches.ask(on.edges, key)
    tally = Tally.none_yet(lines=1).but(chunk=1, records=1)
    on.edges.store.put(layout.batch_chunk(batch, 1, of="errors"), b'{"Message": "duration is \'quoted\'"}')
    on.edges.store.put(layout.batch_chunk(batch, 1), tally.encode())
    if ended:
        request = present(batches.requested(on.edges, batch))
        batch_chunks.end(Batch(on.edges, batch, request), tally=tally, error=None, reason="done")
    return batch


def gone(on: FakeStage, batch: str) -> bool:
    return not any(each.key.startswith(layout.batch(batch)) for each in on.outside.versions.list(""))


@pytest.fixture
def on() -> FakeStage:
    return stage(schema=SCHEMA)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"other,duration\nx,-1\ny,{EVEN[0]:.3f}\n".encode()),
        ("a.jsonl", json.dumps({"duration": EVEN[1]}).encode()),
        ("a.npy", batches.array([[-1.0], [EVEN[2]]])),
        ("a.csv.gz", csv(EVEN)),
    ],
)
def test_batch_that_scored_an_erased_row_goes_whole_with_its_file(on: FakeStage, name: str, content: bytes) -> None:
    holds = asked(on, name, content)
    stays = asked(on, "other.csv", csv(ODD))

    plan = erase(on, FIRST)
    told = lines(on, FIRST)
    erase(on, FIRST, "--yes")

    assert (plan["batches"], plan["files_of_batches"]) == ([holds], [layout.BATCH_FILES + name])
    assert f"goes: batch {holds}, whole" in told
    assert f"goes: {layout.BATCH_FILES}{name}, a file of batches" in told
    assert (gone(on, holds), gone(on, stays)) == (True, False)
    bodies = everything(on.outside)
    assert (gzip.compress(content, mtime=0) if name.endswith(".gz") else content) not in bodies
    assert csv(ODD) in bodies


def test_file_that_no_batch_was_asked_for_goes_too_as_the_newest_version_reads_it(on: FakeStage) -> None:
    other = {"columns": [{"kind": "category", "name": "colour"}]}
    nights.register(on.edges, run="run-3", fingerprint="data-3", schema=other)
    nights.register(on.edges, run="run-4", fingerprint="data-4", schema=SCHEMA)
    goes, stays = (batches.put(on.edges, csv(rows), f"{len(rows)}.csv") for rows in (EVEN, ODD[1:]))

    erase(on, FIRST, "--yes")

    assert (on.outside.versions.list(goes), len(on.outside.versions.list(stays))) == ([], 1)


def test_older_content_of_a_file_counts(on: FakeStage) -> None:
    batch = asked(on, "a.csv", csv(EVEN))
    batches.put(on.edges, csv(ODD), "a.csv")

    erase(on, FIRST, "--yes")

    assert gone(on, batch)


@pytest.mark.parametrize("content", [b"\xff", b"a,b\n1,2\n"])
def test_batch_whose_file_cannot_be_read_goes(on: FakeStage, content: bytes) -> None:
    batch = asked(on, "a.csv", content)

    erase(on, FIRST, "--yes")

    assert gone(on, batch)


def test_batch_whose_file_is_gone_goes(on: FakeStage) -> None:
    batch = asked(on, "a.csv", csv(ODD))
    on.outside.versions.delete(on.outside.versions.list(f"{layout.BATCH_FILES}a.csv"))

    erase(on, FIRST, "--yes")

    assert gone(on, batch)


def test_records_that_are_no_rows_hold_none(on: FakeStage) -> None:
    content = b'{}\n{"duration": [1, true]}\n{"duration": true}\n5\nno\n{"duration": 1' + b"0" * 400 + b"}\n"
    batch = asked(on, "a.jsonl", content)

    erase(on, FIRST, "--yes")

    assert not gone(on, batch)


def test_reading_the_files_of_batches_is_told_of_as_it_goes(on: FakeStage) -> None:
    for name, rows in (("a.csv", EVEN), ("b.csv", ODD)):
        batches.put(on.edges, csv(rows), name)
    told: list[tuple[str, int, int]] = []

    holding.look(
        on.edges,
        on.outside.versions,
        model=MODEL,
        is_gone=lambda row: False,
        progress=lambda *said: told.append(said),
    )

    assert told == [("reading the files of batches", done, 2) for done in (0, 1)]


def test_whole_number_as_large_as_any_float_is_in_a_row(on: FakeStage) -> None:
    key = batches.put(on.edges, json.dumps({"duration": int(sys.float_info.max)}).encode(), "a.jsonl")

    versions, quiet = on.outside.versions, lambda *_: None
    found = holding.look(on.edges, versions, model=MODEL, is_gone=lambda row: True, progress=quiet)

    assert found.files == (key,)


@pytest.mark.parametrize("digits", [309, 350, 400, 401])
@pytest.mark.parametrize("sign", ["", "-"])
def test_number_that_no_float_holds_is_in_no_row(on: FakeStage, digits: int, sign: str) -> None:
    content = f'{{"duration": {sign}1{"0" * digits}}}\n{{"duration": {EVEN[0]:.3f}}}\n'.encode()
    holds, stays = asked(on, "a.jsonl", content), asked(on, "b.jsonl", content.splitlines()[0])

    erase(on, FIRST, "--yes")

    assert (gone(on, holds), gone(on, stays)) == (True, False)


def test_files_of_another_models_batches_stay(on: FakeStage) -> None:
    batch = asked(on, "a.csv", csv(EVEN))
    key = layout.batch(batch, "request")
    document = json.loads(present(on.edges.store.find(key)).body)
    on.edges.store.put(key, json.dumps({**document, "model": "another"}).encode())

    erase(on, FIRST, "--yes")

    assert not gone(on, batch)


def test_nothing_is_erased_while_such_a_batch_is_going(on: FakeStage) -> None:
    batch = asked(on, "a.csv", csv(EVEN), ended=False)

    said = message(on, FIRST, "--yes", by=RequestConflict)

    assert said == f"batch {batch} is scoring these rows: wait for its end, then repeat the command"
    assert not gone(on, batch)
    assert on.edges.store.find(layout.dataset(MODEL, FIRST)) is not None


def test_repeated_erasure_takes_no_batch_that_came_later(on: FakeStage) -> None:
    erase(on, FIRST, "--yes")
    batch = asked(on, "a.csv", csv(ODD))

    assert erase(on, FIRST, "--yes")["batches"] == []
    assert not gone(on, batch)


def test_version_that_is_gone_from_the_registry_reads_nothing_so_its_batch_goes(on: FakeStage) -> None:
    batch = asked(on, "a.csv", csv(ODD))
    on.edges.store.delete(layout.version(MODEL, 2, "manifest.json"))
    nights.promote(on.edges, run="run-3", fingerprint="data-3", schema=SCHEMA)

    assert erase(on, FIRST)["batches"] == [batch]


@pytest.mark.parametrize("size", [2, 30])
def test_batch_of_a_model_of_arrays_is_read_whatever_its_manifest_lists(size: int) -> None:
    fills = [float(each) for each in range(size)]
    on = stage(schema={"columns": [{"kind": "array", "name": "duration", "size": size, "missing": fills}]})
    header = ",".join(f"duration_{place}" for place in range(size))
    on.outside.versions.delete(on.outside.versions.list(layout.dataset(MODEL, FIRST)))
    for name, cell in ((FIRST, "7"), ("other.csv", "8")):
        add(on.outside, name, f"{header},label\n{','.join([cell] * size)},normal\n".encode())
    holds, stays = (asked(on, f"{cell}.jsonl", json.dumps({"duration": [cell] * size}).encode()) for cell in (7, 8))

    erase(on, FIRST, "--yes")

    assert (gone(on, holds), gone(on, stays)) == (True, False)


def transformed(on: FakeStage, tmp_path: Path, name: str, content: bytes) -> str:
    """A batch of the live version that SageMaker transformed; its name."""
    manifest = layout.version(MODEL, 2, registry.MANIFEST)
    judged = present(on.edges.store.find(manifest)).body
    transforms.has_endpoint(on.outside, model_version=2)
    before = {each.key for each in on.edges.store.list(layout.TRANSFORMS)}
    file = tmp_path / name
    file.write_bytes(content)
    try:
        transforms.transformed(on, file)
    finally:
        on.edges.store.put(manifest, judged)
    keys = [each.key for each in on.edges.store.list(layout.TRANSFORMS) if each.key not in before]
    return keys[0].split("/")[2]


def transform_gone(on: FakeStage, batch: str) -> bool:
    return on.outside.versions.list(layout.transform(batch)) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"other,duration\nx,-1\ny,{EVEN[0]:.3f}\n".encode()),
        ("a.jsonl", json.dumps({"duration": EVEN[1]}).encode()),
        ("a.csv.gz", gzip.compress(csv(EVEN), mtime=0)),
    ],
)
def test_batch_that_sagemaker_transformed_goes_whole_where_it_has_an_erased_row(
    on: FakeStage, tmp_path: Path, name: str, content: bytes
) -> None:
    holds = transformed(on, tmp_path, name, content)
    stays = transformed(on, tmp_path, "other.csv", csv(ODD))

    plan = erase(on, FIRST)
    erase(on, FIRST, "--yes")

    assert plan["batches"] == [holds]
    assert (transform_gone(on, holds), transform_gone(on, stays)) == (True, False)


@pytest.mark.parametrize("part", ["request.json", "in/"])
def test_transformed_batch_goes_whose_request_or_instances_are_gone(on: FakeStage, tmp_path: Path, part: str) -> None:
    batch = transformed(on, tmp_path, "a.csv", csv(ODD))
    on.outside.versions.delete(on.outside.versions.list(layout.transform(batch, part)))

    erase(on, FIRST, "--yes")

    assert transform_gone(on, batch)


def test_transformed_batch_of_another_model_stays(on: FakeStage) -> None:
    key = layout.transform("other-model-0123456789abcdef0123", "000001-0123456789abcdef.jsonl", of="in")
    on.edges.store.put(key, json.dumps({"duration": EVEN[1]}).encode())

    erase(on, FIRST, "--yes")

    assert len(on.outside.versions.list(key)) == 1


def test_nothing_is_erased_while_sagemaker_transforms_the_rows(on: FakeStage, tmp_path: Path) -> None:
    on.outside.transforms.troubles = [Trouble(chunks=1)]

    def die(_: float) -> None:
        on.outside.transforms.unavailable = 9
        raise SystemExit

    living = on.outside.edges
    on.outside.edges = replace(living, sleep=die)
    with pytest.raises(SystemExit):
        transformed(on, tmp_path, "a.csv", csv(EVEN))
    on.outside.edges, on.outside.transforms.unavailable = living, 0

    result = on.run("data", "erase", FIRST, "--yes")

    assert isinstance(result.exception, RequestConflict)
    assert "is scoring these rows: wait for its end" in result.exception.message
    assert csv(EVEN) in everything(on.outside)
