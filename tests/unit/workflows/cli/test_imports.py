from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import CommandFailed, DatasetTooLarge, ImportRefused, LayersMissing, ModelUnknown
from chalicelib.limits import IMPORT_BYTES
from chalicelib.runs import retraining
from chalicelib.settings.stage import StageSettings
from tests.fakes.serving_function import with_layers
from tests.fakes.stage import FakeStage
from tests.given import foreign_graphs as graphs
from tests.given import imports as given
from tests.given.nights import MODEL
from tests.given.present import present

RECIPE = ("--recipe", MODEL)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.json"
    path.write_bytes(given.content("connections"))
    return path


def test_import_says_which_class_is_which_and_starts_the_run(stage: FakeStage, file: Path) -> None:
    result = stage.run("import", str(file), *RECIPE, "--reason", "from the lab")

    assert result.exit_code == 0, result.output
    (execution,) = stage.edges.executions.recent(running_only=True)
    assert result.output == (f"mine.json: its classes 0 to 1 are normal, attack\nstarted run {execution.run}\n")
    request = present(retraining.find_request(stage.edges, run=execution.run))
    brought = present(request.imports)
    assert (request.reason, brought.file, [*brought.classes]) == ("from the lab", "mine.json", ["normal", "attack"])
    assert present(stage.edges.store.find(brought.key)).body == file.read_bytes()


def test_import_is_told_to_programs(stage: FakeStage, file: Path) -> None:
    told = stage.json("import", str(file), *RECIPE, "--class", "attack", "--class", "normal", "--json")

    assert isinstance(told, dict)
    assert (told["new"], told["model"]) == (True, MODEL)
    assert [*present(present(retraining.find_request(stage.edges, run=told["run"])).imports).classes] == [
        "attack",
        "normal",
    ]


def test_graph_is_taken_where_the_serving_function_has_its_layers(stage: FakeStage, file: Path) -> None:
    file.write_bytes(graphs.committed("logistic"))
    stage.outside.functions.configure(MODEL, **with_layers("onnxruntime"))

    result = stage.run("import", str(file), *RECIPE)

    (execution,) = stage.edges.executions.recent(running_only=True)
    assert result.output == f"mine.json: its classes 0 to 1 are normal, attack\nstarted run {execution.run}\n"


def test_what_has_to_be_known_of_a_graph_is_said_before_the_run(stage: FakeStage, file: Path) -> None:
    file.write_bytes(scores_of_connections())
    stage.outside.functions.configure(MODEL, **with_layers("onnxruntime"))

    result = stage.run("import", str(file), *RECIPE)

    assert "mine.json: the file does not name its columns: they are taken for the recipe's" in result.output
    assert "mine.json: the model answers with scores, of which Softmax makes probabilities" in result.output


def test_graph_is_refused_before_anything_is_sent_where_the_layers_are_missing(stage: FakeStage, file: Path) -> None:
    file.write_bytes(graphs.committed("logistic"))

    result = stage.run("import", str(file), *RECIPE)

    assert isinstance(result.exception, LayersMissing)
    assert 'the layers onnxruntime: write format="onnx" into its recipe' in result.exception.message
    assert stage.edges.store.list("imports/") == []


def scores_of_connections() -> bytes:
    return graphs.content([graphs.node("Gemm", "X W B", "p")])


def test_file_that_cannot_be_served_is_refused_before_anything_is_sent(stage: FakeStage, file: Path) -> None:
    file.write_bytes(given.content("dart"))

    result = stage.run("import", str(file), *RECIPE)

    assert isinstance(result.exception, ImportRefused)
    assert stage.edges.store.list("imports/") == []


def test_file_that_is_missing_is_told(stage: FakeStage, tmp_path: Path) -> None:
    result = stage.run("import", str(tmp_path / "none.json"), *RECIPE)

    assert isinstance(result.exception, CommandFailed)
    assert "there is no file" in result.exception.message


def test_file_that_is_too_large_is_not_read(stage: FakeStage, file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(IMPORT_BYTES + 1)

    result = stage.run("import", str(file), *RECIPE)

    assert isinstance(result.exception, CommandFailed)
    assert "250 MB at most are imported" in result.exception.message


def test_model_that_the_stage_does_not_have_is_told(stage: FakeStage, file: Path) -> None:
    result = stage.run("import", str(file), "--recipe", "unknown")

    assert isinstance(result.exception, ModelUnknown)


@pytest.mark.parametrize(
    ("setting", "settings"),
    [
        ("NIGHTSWAP_TRAIN_MEMORY_MB", StageSettings(train_memory_mb=80)),
        ("NIGHTSWAP_EVALUATE_MEMORY_MB", StageSettings(evaluate_memory_mb=80)),
    ],
)
def test_graph_that_a_task_has_no_memory_for_is_refused_before_it_is_sent(
    stage: FakeStage, tmp_path: Path, setting: str, settings: StageSettings
) -> None:
    file = tmp_path / "mine.onnx"
    file.write_bytes(graphs.committed("logistic"))
    stage.settings = settings

    result = stage.run("import", str(file), *RECIPE)

    assert isinstance(result.exception, DatasetTooLarge)
    assert setting in result.exception.message
    assert stage.edges.store.list("imports/") == []
