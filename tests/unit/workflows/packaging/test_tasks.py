"""The package of the tasks holds every handler that the stack names, and all that those import."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chalicelib import names
from lambdas.endpoint.package import code_files
from workflows.packaging.tasks import pipeline_sha256, task_handler, tasks_package

ROOT = Path(__file__).parents[4]


def test_package_is_the_same_bytes_twice() -> None:
    assert tasks_package(ROOT) == tasks_package(ROOT)


def test_package_holds_python_files_of_both_folders_roots_and_the_layers_checksums() -> None:
    with zipfile.ZipFile(io.BytesIO(tasks_package(ROOT).body)) as archive:
        found = archive.namelist()

    assert {name.split("/")[0] for name in found} == {"chalicelib", "lambdas", "layers.sha256"}
    assert {name for name in found if not name.endswith(".py")} == {
        "layers.sha256",
        "chalicelib/aws/signed/roots.pem",
    }
    assert "lambdas/serve/handler.py" in found


def test_package_holds_all_that_goes_into_the_function_of_a_version_with_an_endpoint(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(tasks_package(ROOT).body)) as archive:
        archive.extractall(tmp_path)
    asked = "from lambdas.endpoint.package import code_files; print(*code_files())"

    done = subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert {*done.stdout.split()} == {*code_files()}


def test_other_libraries_in_the_layers_are_another_package(tmp_path: Path) -> None:
    for folder in ("chalicelib", "lambdas", "workflows/locks/lambda"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    before = tasks_package(tmp_path).sha256

    (tmp_path / "workflows/locks/lambda/sklearn.txt").write_text("scikit-learn==9.9.9")

    assert before == tasks_package(ROOT).sha256
    assert tasks_package(tmp_path).sha256 != before


def test_every_part_of_the_pipeline_is_a_reason_to_train_but_another_models_recipe(tmp_path: Path) -> None:
    for folder in ("chalicelib", "lambdas", "workflows/locks/lambda"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    known = pipeline_sha256(tmp_path)

    def after(path: str, text: str) -> str:
        file = tmp_path / path
        file.write_text((file.read_text() if file.exists() else "") + text)
        return pipeline_sha256(tmp_path)

    assert after("lambdas/recipes/loans.py", "RECIPE = 1\n") == known
    assert after("lambdas/recipes/kdd99_http.py", "# a comment\n") == known
    changed = [
        after("lambdas/recipes/shared.py", "COLUMNS = 1\n"),
        after("lambdas/model/formats/scorecard/export.py", "# a comment\n"),
        after("workflows/locks/lambda/sklearn.txt", "scikit-learn==9.9.9\n"),
    ]
    assert len({known, *changed}) == 4


@pytest.mark.parametrize("task", names.PIPELINE)
def test_handler_is_found_from_the_package_alone(task: str, tmp_path: Path) -> None:
    module, _, function = task_handler(task).rpartition(".")
    with zipfile.ZipFile(io.BytesIO(tasks_package(ROOT).body)) as archive:
        archive.extractall(tmp_path)

    found = subprocess.run(
        [sys.executable, "-P", "-c", f"import {module} as m; print(callable(m.{function}), m.__file__)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.startswith(f"True {tmp_path}"), found.stdout
