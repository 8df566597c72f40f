from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from chalicelib import layout, limits
from chalicelib.edges.pipeline_functions import PipelineFunctions
from chalicelib.errors import BodyTooLarge, CommandFailed, ObjectUnreadable, RegistryIncomplete
from tests.fakes.pipeline import InMemoryPipeline
from tests.fakes.stage import FakeStage
from tests.given import batches


class PromptPipeline(InMemoryPipeline):
    """Calls the function at once."""

    def start(self, task: str, payload: bytes) -> None:
        super().start(task, payload)
        batches.predicted(self.edges, self.started[-1][1]["batch"])


@dataclass
class BatchStage(FakeStage):
    @cached_property
    def pipeline(self) -> PipelineFunctions:
        return PromptPipeline(self.edges)


@pytest.fixture
def stage() -> BatchStage:
    return BatchStage(batches.stage())


def test_predictions_and_errors_are_written_beside_the_file(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(50, bad_every=25))

    result = stage.run("batch", str(file))

    assert (result.exit_code, result.stderr) == (0, "")
    assert "kdd99-http version 1: 48 records scored, 2 refused" in result.stdout
    assert "accuracy " in result.stdout
    assert "predicted attack" in result.stdout
    predictions = (tmp_path / "rows.csv.predictions.jsonl").read_text().splitlines()
    errors = (tmp_path / "rows.csv.errors.jsonl").read_text().splitlines()
    assert [json.loads(line)["record"] for line in predictions] == [at for at in range(1, 51) if at % 25]
    assert [json.loads(line)["record"] for line in errors] == [25, 50]


def test_matrix_of_a_batch_has_no_heading_that_is_broken_where_the_screen_is_narrow(
    stage: BatchStage, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(5))

    lines = [line.rstrip() for line in stage.run("batch", str(file), width=40).stdout.splitlines()]

    at = lines.index("true classes down, predicted across")
    assert lines[at + 1].split() == ["attack", "normal"]
    assert lines[at + 2].split()[:2] == ["true", "attack"]


def test_results_go_into_a_folder_and_a_file_is_none(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(3))

    result = stage.run("batch", str(file), "--to", str(file))

    assert result.exit_code == 2
    assert f"Directory '{file}' is a file" in result.output
    assert not stage.edges.store.list(layout.BATCHES)


def test_results_that_lost_a_line_are_told_and_those_that_were_brought_before_stay(
    stage: BatchStage, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(5))
    stage.run("batch", str(file))
    brought = tmp_path / "rows.csv.predictions.jsonl"
    before = brought.read_bytes()
    (key,) = [each.key for each in stage.edges.store.list(layout.BATCHES) if "/predictions/" in each.key]
    stage.edges.store.put(key, before[: before.index(b"\n") + 1])

    result = stage.run("batch", str(file))

    assert isinstance(result.exception, RegistryIncomplete)
    assert "1 predictions and 0 errors can be read" in result.exception.message
    assert brought.read_bytes() == before


def test_same_file_again_brings_what_there_is(stage: BatchStage, tmp_path: Path) -> None:
    file, folder = tmp_path / "rows.csv", tmp_path / "results"
    file.write_bytes(batches.many(3))

    first, second = (stage.json("batch", str(file), "--json", "--to", str(folder)) for _ in range(2))

    assert first == second
    assert [each.name for each in folder.iterdir()] == ["rows.csv.predictions.jsonl"]
    assert len([each for each in stage.edges.store.list(layout.BATCH_FILES)]) == 1


def test_what_the_model_took_in_the_place_of_a_value_is_told(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.csv("a,1,NA,SF,", "b,1,,SF,"))

    assert "2 times: src_bytes is missing: 7 takes its place" in stage.run("batch", str(file)).stdout


def test_file_of_another_kind_is_refused_before_it_is_sent(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    file.write_bytes(b"PAR1")

    assert "expected a file .csv, .csv.gz, .jsonl, .jsonl.gz" in str(stage.run("batch", str(file)).exception)
    assert stage.edges.store.list(layout.BATCHES) == []


def test_file_that_there_is_not_is_told(stage: BatchStage, tmp_path: Path) -> None:
    assert "there is no file" in str(stage.run("batch", str(tmp_path / "rows.csv")).exception)


def test_file_that_is_too_large_is_refused_before_it_is_sent(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    with file.open("wb") as sparse:
        sparse.truncate(limits.BATCH_BYTES + 1)

    result = stage.run("batch", str(file))

    assert isinstance(result.exception, BodyTooLarge)
    assert stage.edges.store.list(layout.BATCHES) == []


def test_batch_that_fails_is_told_with_its_reason(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"a,b\n1,2\n")

    result = stage.run("batch", str(file))

    assert isinstance(result.exception, CommandFailed)
    assert "has no column duration, flag" in str(result.exception)


def test_batch_that_stopped_says_how_to_go_on(tmp_path: Path) -> None:
    stage = FakeStage(batches.stage())
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(3))

    result = stage.run("batch", str(file))

    assert isinstance(result.exception, CommandFailed)
    assert "stopped after 0 records" in str(result.exception)
    assert "repeat the command" in str(result.exception)


def test_packed_file_is_scored_as_it_is_and_a_corrupt_one_is_refused(stage: BatchStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv.gz"
    file.write_bytes(gzip.compress(batches.many(3)))
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(file.read_bytes()[:-9])

    assert "3 records scored" in stage.run("batch", str(file)).stdout
    assert "truncated or corrupt gzip file" in str(stage.run("batch", str(cut)).exception)


def serve_numbers(package: bytes, payload: bytes) -> bytes:
    """As a version of two columns of numbers."""
    instances = [{**each, "flag": "SF"} for each in json.loads(payload)["instances"]]
    return batches.serve(package, json.dumps({"instances": instances}).encode())


def test_array_is_scored_and_what_is_none_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    stage = BatchStage(batches.stage(serve_numbers, schema={"columns": batches.SCHEMA["columns"][:2]}))
    file = tmp_path / "rows.npy"
    file.write_bytes(batches.array([[1.0, 2.0], [3.0, float("nan")]]))
    cut = tmp_path / "cut.npy"
    cut.write_bytes(file.read_bytes()[:-1])

    assert "2 records scored" in stage.run("batch", str(file)).stdout
    assert isinstance(stage.run("batch", str(cut)).exception, ObjectUnreadable)
