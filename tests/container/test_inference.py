"""The inference server as the image runs it, and as `nightswap serve` does: over HTTP, and asked by schemathesis."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from lambdas.endpoint.package import model_data
from lambdas.model.formats.fitted import Fitted
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from tests.clone import ROOT
from tests.container.conftest import MODEL, PYTHON, VERSION, Start, event, registry_with
from tests.container.image import Image, build
from tests.container.serving import Server, running
from tests.given import data, graphs, trees

SCHEMATHESIS = ROOT / ".venv-inference/bin/schemathesis"
HERE = ("--host", "127.0.0.1", "--port", "0")
SERVE = (sys.executable, "-m", "workflows.cli", "serve")
CSV = {"Content-Type": "text/csv", "Accept": "text/csv"}
ROWS = b"2.5,4,SF\n" * 300


def of_image(image: Image) -> list[str | Path]:
    """Its own command in a Python that sees the image's files alone, as /var/task is seen there."""
    python, *arguments = image.entry_point
    assert python == "python3"
    return [PYTHON, "-S", *arguments, *image.command, *HERE]


@pytest.fixture(scope="module")
def served(image: Image) -> Iterator[Server]:
    with running(of_image(image), cwd=image.folder) as server:
        yield server


def test_image_serves_by_itself_as_sagemaker_calls_it(image: Image) -> None:
    assert (image.entry_point, image.command) == (["python3", "-m", "inference"], ["serve"])


def test_ping_is_healthy_and_tells_the_version(served: Server) -> None:
    status, body = served.ask("GET", "/ping")

    assert status == 200
    assert (json.loads(body)["model"], json.loads(body)["model_version"]) == (MODEL, VERSION)


def test_another_package_is_served_where_one_is_named(image: Image, forest: bytes, tmp_path: Path) -> None:
    """As SageMaker puts the data of an endpoint's model beside the image's own."""
    with zipfile.ZipFile(io.BytesIO(forest)) as archive:
        archive.extractall(tmp_path)

    with running([*of_image(image), "--package", str(tmp_path)], cwd=image.folder) as server:
        _, body = server.ask("GET", "/ping")

    assert json.loads(body)["model"] == "trees"


def test_batch_is_answered_as_the_estimator_does(served: Server, fitted: Fitted) -> None:
    rows = data.table(fitted.recipe, rows=1_500, seed=3)
    columns = [column.tolist() for column in rows.features(fitted.recipe).values()]
    sent = "".join(f"{','.join(map(str, row))}\n" for row in zip(*columns, strict=True)).encode()

    status, body = served.ask("POST", "/invocations", sent, CSV)

    assert status == 200
    answers = fitted.answers(rows)
    assert [line.split(",")[0] for line in body.decode().splitlines()] == answers.labels.tolist()


def test_refusal_is_the_one_of_the_api(served: Server) -> None:
    status, body = served.ask("POST", "/invocations", b"2.5,4,SF\nlarge,4,SF\n", CSV)

    said = json.loads(body)
    assert (status, said["Code"], said["Field"], said["Instance"]) == (400, "FeatureNotANumber", "size", 1)


def test_schemathesis_finds_nothing(image: Image, tmp_path: Path) -> None:
    """But that a text may be no CSV of these columns: a schema cannot say which one is."""
    command: list[str | Path] = ["--generation-deterministic", "--max-examples", "150"]
    command += ["--exclude-checks", "positive_data_acceptance", "--report-json-path", tmp_path / "report.json"]
    command += ["--header", "Authorization: Bearer secret"]

    with running([*of_image(image), "--token", "secret"], cwd=image.folder) as server:
        done = subprocess.run(
            [SCHEMATHESIS, "run", f"http://127.0.0.1:{server.port}/openapi.json", *command],
            cwd=tmp_path,
            env={"HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["operations"]["tested"], report["failures"], report["errors"]) == (2, [], [])
    assert report["valid_rates"]["POST /invocations"]["fuzzing"]["accepted"] > 50


def test_token_and_port_come_from_the_environment_too(image: Image) -> None:
    command = [each for each in of_image(image) if each not in ("--port", "0")]
    environment = {"NIGHTSWAP_SERVE_TOKEN": "secret", "SAGEMAKER_BIND_TO_PORT": "0"}

    with running(command, cwd=image.folder, environment=environment) as server:
        assert server.ask("GET", "/ping")[0] == 200
        assert server.ask("POST", "/invocations", ROWS, CSV)[0] == 401
        assert server.ask("POST", "/invocations", ROWS, CSV | {"Authorization": "Bearer secret"})[0] == 200


def test_model_that_was_tampered_with_is_not_served(image: Image, tmp_path: Path) -> None:
    folder = shutil.copytree(image.folder, tmp_path / "task")
    (folder / "model.json").write_text("{}")

    done = subprocess.run(of_image(image), cwd=folder, env={}, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "the artifact has SHA-256 44136fa3" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_request_in_flight_is_answered_before_it_ends(package: bytes, tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "package.zip").write_bytes(package)

    with running([*SERVE, tmp_path / "package.zip", "--port", "0"], cwd=ROOT) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head = f"Content-Type: text/csv\r\nContent-Length: {len(ROWS)}\r\nExpect: 100-continue\r\n\r\n"
            connection.sendall(f"POST /invocations HTTP/1.1\r\nHost: here\r\n{head}".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # from here on it is in flight
            server.process.send_signal(number)
            until_it_listens_no_more(server.port)
            connection.sendall(ROWS)
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        said, _ = server.process.communicate()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["model_version"] == VERSION
    assert (server.process.returncode, said) == (0, "stopped; the requests in flight were answered\n")


def until_it_listens_no_more(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            return


def test_package_is_served_from_a_folder(image: Image) -> None:
    with running([*SERVE, image.folder, "--port", "0", "--token", "secret"], cwd=ROOT) as server:
        assert json.loads(server.ask("GET", "/ping")[1])["model_version"] == VERSION
        assert server.ask("GET", "/openapi.json")[0] == 401


def answered(command: Sequence[str | Path], rows: Table, *, cwd: Path = ROOT) -> list[list[str]]:
    """The label and the probabilities of each row, by this server."""
    sent = io.StringIO()
    csv.writer(sent).writerows(
        ["" if cell != cell else cell for cell in row]  # NaN alone differs from itself
        for row in trees.served_rows(rows)
    )

    with running(command, cwd=cwd) as server:
        status, body = server.ask("POST", "/invocations", sent.getvalue().encode(), CSV)

    assert status == 200
    return [line.split(",") for line in body.decode().splitlines()]


def of_file(package: bytes, folder: Path) -> list[str | Path]:
    (folder / "package.zip").write_bytes(package)
    return [*SERVE, folder / "package.zip", "--port", "0"]


def difference(told: list[list[str]], answers: Answers) -> float:
    """The largest of the probabilities; the labels have to be the same."""
    assert [label for label, *_ in told] == answers.labels.tolist()
    found = np.array([list(map(float, each)) for _, *each in told]) - answers.probabilities
    return float(np.abs(found).max())


def test_trees_are_served_from_a_file_and_answer_as_their_estimator_does(forest: bytes, tmp_path: Path) -> None:
    rows = trees.table(1_200, classes=3, missing=True, seed=5)

    told = answered(of_file(forest, tmp_path), rows)

    assert difference(told, trees.model("forest", 3, True).answers(rows)) < 1e-9


def test_endpoint_of_a_graph_is_served_by_an_image_that_was_assembled_for_its_format_alone(
    package: bytes, graph: bytes, image: Image, tmp_path: Path
) -> None:
    """The image is of a version that Python scores; SageMaker unpacks the data of the graph's version beside it."""
    with tarfile.open(fileobj=io.BytesIO(model_data(graph))) as archive:
        archive.extractall(tmp_path / "model", filter="data")
    registry_with(package).lay_out(tmp_path / "build", formats=["onnx"])
    with_library = build(tmp_path, folder=tmp_path / "task", python=PYTHON)
    of_model, rows = graphs.model("neighbours", 3), trees.table(400, classes=3, seed=5)
    beside = ["--package", str(tmp_path / "model")]

    told = answered([*of_image(with_library), *beside], rows, cwd=with_library.folder)
    without = subprocess.run(
        [*of_image(image), *beside], cwd=image.folder, env={}, capture_output=True, text=True, timeout=60, check=False
    )

    assert difference(told, of_model.fitted.answers(rows)) < graphs.TOLERANCE
    assert (without.returncode, without.stdout) == (1, "")
    assert without.stderr == "Error: this image has no onnxruntime: assemble it with --format onnx\n"


def test_graph_is_served_from_a_file_and_from_its_image_and_answers_as_its_estimator_does(
    graph: bytes, start: Start, tmp_path: Path
) -> None:
    """The image sees nothing that is installed here: its library is its own, for the server and for Lambda."""
    artifact = {"format": "onnx", "file": "model.onnx", "schema": {"columns": []}}
    registry_with(graph, kind="onnx", artifact=artifact).lay_out(tmp_path / "build")
    image = build(tmp_path, folder=tmp_path / "task", python=PYTHON)
    of_model, rows = graphs.model("neighbours", 3), trees.table(400, classes=3, seed=5)
    instances = [
        dict(zip([each.name for each in of_model.fitted.recipe.columns], row, strict=True))
        for row in trees.served_rows(rows)
    ]

    by_file = answered(of_file(graph, tmp_path), rows)
    by_image = answered(of_image(image), rows, cwd=image.folder)
    with start(image) as function:
        by_function = json.loads(function.invoke(event(json.dumps({"instances": instances})))["body"])

    assert by_file == by_image
    assert difference(by_image, of_model.fitted.answers(rows)) < graphs.TOLERANCE
    assert [each["label"] for each in by_function["predictions"]] == [label for label, *_ in by_image]
