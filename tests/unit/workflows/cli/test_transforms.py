"""nightswap batch --transform: what it says, what it writes, and what it leaves when it ends early."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.batches import batch_reports
from chalicelib.errors import (
    BodyTooLarge,
    CommandFailed,
    ObjectUnreadable,
    TransformFailed,
)
from tests.fakes.stage import FakeStage
from tests.given import batches, transforms
from tests.given.nights import MODEL
from tests.given.transforms import transformed


@pytest.fixture
def stage() -> FakeStage:
    return FakeStage(transforms.outside())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return transforms.some_bad_file(tmp_path)


def of_a_function(stage: FakeStage, file: Path) -> dict[str, Any]:
    """The same file, scored by the ordinary batch."""
    name = batches.ask(stage.edges, batches.put(stage.edges, file.read_bytes()))
    batches.predicted(stage.edges, name)
    told = batch_reports.describe(stage.edges, name)
    return {**told, "lines": (batches.predictions(stage.edges, name), batches.errors(stage.edges, name))}


def test_results_are_those_of_the_batch_that_a_function_scored(stage: FakeStage, file: Path) -> None:
    told = transformed(stage, file)

    ordinary = of_a_function(stage, file)
    assert (transforms.lines(file, "predictions"), transforms.lines(file, "errors")) == ordinary["lines"]
    same = {"model", "model_version", "function_version", "records", "refused", "labels", "warnings"}
    same |= {"accuracy", "matrix"}
    assert {name: told[name] for name in same} == {name: ordinary[name] for name in same}
    assert (told["records"], told["refused"]) == (94, 26)


def test_command_tells_the_price_before_the_job_and_the_results_after_it(stage: FakeStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(50, bad_every=25))

    result = stage.run(
        "batch",
        str(file),
        "--transform",
        "--instance-type",
        "ml.c5.xlarge",
        "--instances",
        "2",
        "--max-minutes",
        "90",
    )

    assert result.exit_code == 0, result.exception
    name, request = transforms.request(stage.outside)
    job = f"nightswap-test-transform-{name.rpartition('-')[2]}-1"
    assert result.stderr == (
        f"transform job {job}: 1 of 1 chunk; 2 ml.c5.xlarge at $0.204 an hour each in us-east-1, $0.62 at most: it is"
        " stopped after 90 min\n"
    )
    assert "kdd99-http version 1: 48 records scored, 2 refused" in result.stdout
    assert "accuracy " in result.stdout
    assert f"wrote {file}.errors.jsonl" in result.stdout
    assert (request.sagemaker_model, request.file) == (transforms.ENDPOINT, "rows.csv")


def test_warnings_are_counted_as_those_of_a_function_over_all_chunks(stage: FakeStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    rows = [f"{at},1,{'NA' if at % 3 == 0 else at},{'S9' if at % 10 == 0 else 'SF'}," for at in range(1, 51)]
    file.write_bytes(batches.csv(*rows, "51,x,NA,S9,"))

    told = transformed(stage, file)

    ordinary = of_a_function(stage, file)
    assert {each["Field"]: each["Count"] for each in told["warnings"]} == {"src_bytes": 16, "flag": 5}
    assert told["warnings"] == ordinary["warnings"]
    assert transforms.lines(file, "predictions") == ordinary["lines"][0]


@pytest.mark.parametrize(
    "warnings", ["none", [1], [{"Code": "a"}], [{"Code": "a", "Field": "b", "Message": "c", "Count": "1"}]]
)
def test_warnings_that_cannot_be_counted_are_no_whole_answer(
    stage: FakeStage, tmp_path: Path, warnings: object
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(1))
    stage.outside.transforms.score = lambda _: json.dumps({"label": "attack", "warnings": warnings}).encode()

    with pytest.raises(TransformFailed, match="has 0 answers, expected 1"):
        transformed(stage, file)


def test_output_of_a_server_that_tells_no_warnings_is_taken(stage: FakeStage, tmp_path: Path) -> None:
    """As that of an image of an earlier release."""
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.csv("1,1,NA,SF,"))
    scored = stage.outside.transforms.score
    stage.outside.transforms.score = lambda body: without_warnings(scored(body))

    told = transformed(stage, file)

    assert (told["records"], told["warnings"]) == (1, [])


def without_warnings(body: bytes) -> bytes:
    [line] = [json.loads(each) for each in body.splitlines()]
    assert line.pop("warnings")
    return json.dumps(line).encode()


def test_file_without_a_refused_record_leaves_no_errors(stage: FakeStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(batches.many(3))
    (tmp_path / "rows.csv.errors.jsonl").write_text("of an earlier version")

    told: Any = stage.json("batch", str(file), "--transform", "--json", "--to", str(tmp_path / "results"))

    assert [Path(each).name for each in told["files"]] == ["rows.csv.predictions.jsonl"]
    assert [each.name for each in (tmp_path / "results").iterdir()] == ["rows.csv.predictions.jsonl"]


@pytest.mark.parametrize("name", ["rows.csv.gz", "rows.jsonl", "rows.jsonl.gz", "rows.npy"])
def test_file_of_every_form_is_scored_as_by_a_function(name: str, tmp_path: Path) -> None:
    content = {
        "csv": batches.many(50, bad_every=7),
        "jsonl": b'{"duration": 1, "flag": "SF", "label": "back."}\nno JSON\n\n{"duration": "x", "flag": "S0"}\n'
        * 20,
        "npy": batches.array([[1.0, 2.0], [3.0, float("nan")], [float("-inf"), 1.0]] * 20),
    }[name.split(".")[1]]
    serve, columns = (numbers_alone, 2) if name.endswith("npy") else (batches.serve, 3)
    stage = FakeStage(transforms.outside(serve, schema={"columns": batches.SCHEMA["columns"][:columns]}))
    if name.endswith("npy"):
        stage.outside.transforms.score = lambda body: transforms.score(body.replace(b"}", b',"flag":"SF"}'))
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith("gz") else content)

    told = transformed(stage, file)

    key = batches.put(stage.edges, content, name)
    batch = batches.ask(stage.edges, key)
    batches.predicted(stage.edges, batch)
    assert transforms.lines(file, "predictions") == batches.predictions(stage.edges, batch)
    assert transforms.lines(file, "errors") == batches.errors(stage.edges, batch)
    assert told["matrix"] == batch_reports.describe(stage.edges, batch)["matrix"]


def numbers_alone(package: bytes, payload: bytes) -> bytes:
    """As a version of two columns of numbers."""
    return batches.serve(package, payload.replace(b"}", b',"flag":"SF"}', payload.count(b"}") - 1))


def test_same_file_again_is_fetched_and_no_job_is_started(stage: FakeStage, file: Path) -> None:
    first = transformed(stage, file)
    results = transforms.lines(file, "predictions")

    assert transformed(stage, file) == first
    assert transforms.lines(file, "predictions") == results
    assert len(stage.outside.transforms.orders) == 1


def test_version_without_an_endpoint_is_refused_with_what_to_do(tmp_path: Path) -> None:
    stage, file = FakeStage(batches.stage()), tmp_path / "rows.csv"
    file.write_bytes(batches.many(3))

    result = stage.run("batch", str(file), "--transform")

    assert isinstance(result.exception, CommandFailed)
    assert "version 1 of kdd99-http, which is live, has no endpoint" in str(result.exception)
    assert "target=Endpoint()" in str(result.exception)
    assert stage.edges.store.list(layout.TRANSFORMS) == []


def test_file_that_is_too_large_for_a_function_is_told_of_the_transform(stage: FakeStage, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    with file.open("wb") as sparse:
        sparse.truncate(100_000_001)

    result = stage.run("batch", str(file))

    assert isinstance(result.exception, BodyTooLarge)
    assert "nightswap batch FILE --model MODEL --transform" in result.exception.message


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.csv", b"a,b\n1,2\n", "rows.csv has no column duration, flag"),
        ("rows.csv", b"duration,flag\n1,\xff\n", "rows.csv is not UTF-8 from byte 16 on: save it in UTF-8"),
        ("rows.jsonl", b'{"flag": "\xff"}\n', "rows.jsonl is not UTF-8 from byte 10 on"),
        ("rows.jsonl", b"\n", "rows.jsonl holds no record"),
        ("rows.csv.gz", gzip.compress(batches.many(3))[:-9], "rows.csv.gz is a truncated or corrupt gzip file"),
        ("rows.csv", b'duration,flag\n1,"SF\n', "opens a quote that is never closed"),
        ("rows.npy", b"", "rows.npy is no file of numpy"),
    ],
)
def test_file_that_cannot_be_read_is_told_in_the_words_of_a_batch(
    stage: FakeStage, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    result = stage.run("batch", str(file), "--transform")

    assert isinstance(result.exception, ObjectUnreadable)
    assert told in result.exception.message
    assert stage.outside.transforms.orders == []
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_option_of_the_transform_needs_it(stage: FakeStage, file: Path) -> None:
    result = stage.run("batch", str(file), "--instances", "2")

    assert (result.exit_code, stage.outside.transforms.orders) == (2, [])
    assert "are those of --transform" in result.stderr


def test_model_is_the_named_one(stage: FakeStage, file: Path) -> None:
    assert "there is no model 'other'" in str(
        stage.run("batch", str(file), "--transform", "--model", "other").exception
    )
    assert stage.run("batch", str(file), "--transform", "--model", MODEL).exit_code == 0
