from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lambdas import reader

MAKES_NO_ROWS = {
    "bad_files": "tells which errors leave a file out",
    "horizon": "tells dates, which stand in the draw and in the key",
    "intermediates": "reads and writes files",
    "kept": "says what is kept",
    "model.built_in": "says what the algorithms of SageMaker take",
    "model.data.profile": "describes the sums of all objects",
    "model.data.room": "refuses, or lets through as it is",
    "model.gate": "judges models",
    "model.metrics": "judges models",
    "model.recipe": "what decides about rows is in the policies",
    "reader": "this",
    "serve.handler": "serves models",
    "serve.labels": "serves models",
    "serve.links": "serves models",
    "serve.onnx": "serves models",
    "serve.refusal": "words of errors",
    "serve.scorecard": "serves models",
    "serve.trees": "serves models",
    "serve.values": "says what a frozen value is",
    "splits": "tells the draw, which is compared each night",
}


def test_all_code_between_an_object_and_its_rows_is_in_the_key_of_what_is_kept() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, lambdas.packing; print(*[m.__file__ for m in sys.modules.values()"
            " if m.__name__.startswith('lambdas.')], sep='\\n')",
        ],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    loaded = {Path(each) for each in told.stdout.split()}
    left = {each.relative_to(reader.FOLDER) for each in loaded - set(reader.files(reader.FOLDER))}
    names = {".".join(each.with_suffix("").parts) for each in left if each.name != "__init__.py"}

    assert [each for each in names if not any(f"{each}.".startswith(f"{one}.") for one in MAKES_NO_ROWS)] == []


def test_every_name_is_a_file_or_a_folder_of_some() -> None:
    for name in reader.CODE:
        assert [each for each in reader.files(reader.FOLDER) if each.is_relative_to(reader.FOLDER / name)]


@pytest.mark.parametrize("name", ["pieces.py", "model/reading/strict.py", "model/splitting/split.py"])
def test_another_code_of_reading_or_splitting_is_another_reader(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(reader.FOLDER, tmp_path / "lambdas")
    before = reader.of_code(folder, libraries="")

    (folder / name).write_text(f"{(folder / name).read_text()}\nX = 1\n")

    assert reader.of_code(folder, libraries="") != before


def test_another_release_of_a_library_is_another_reader() -> None:
    assert reader.of_code(reader.FOLDER, libraries="1") != reader.of_code(reader.FOLDER, libraries="2")
