"""The serving function before its first model, and what a change of it does to the fingerprint."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from workflows.packaging.placeholder import handler
from workflows.packaging.serving import HANDLER, placeholder_package, serving_sha256


def project(folder: Path, *, code: str) -> Path:
    (folder / "lambdas" / "serve").mkdir(parents=True)
    (folder / "lambdas" / "serve" / "handler.py").write_text(code)
    return folder


def test_placeholder_answers_that_there_is_no_model() -> None:
    answer = handler({"instances": []}, None)

    assert answer["status"] == 503
    assert answer["body"]["Code"] == "NoLiveModel"
    assert "start a retrain" in answer["body"]["Message"]


def test_placeholder_package_stands_alone_behind_the_serving_handler() -> None:
    with zipfile.ZipFile(io.BytesIO(placeholder_package().body)) as archive:
        source = archive.read("serve/handler.py")
        found = archive.namelist()

    namespace: dict[str, object] = {}
    exec(compile(source, "serve/handler.py", "exec"), namespace)  # noqa: S102
    assert found == ["serve/handler.py"]
    assert HANDLER == "serve.handler.handler"
    assert callable(namespace["handler"])


def test_placeholder_package_is_the_same_bytes_twice() -> None:
    assert placeholder_package() == placeholder_package()


def test_new_serving_code_is_a_new_identity(tmp_path: Path) -> None:
    before = serving_sha256(project(tmp_path / "a", code="x = 1"), configuration={"MemorySize": 512})

    assert serving_sha256(project(tmp_path / "b", code="x = 1"), configuration={"MemorySize": 512}) == before
    assert serving_sha256(project(tmp_path / "c", code="x = 2"), configuration={"MemorySize": 512}) != before


def test_new_memory_is_a_new_identity(tmp_path: Path) -> None:
    root = project(tmp_path, code="x = 1")

    assert serving_sha256(root, configuration={"MemorySize": 512}) != serving_sha256(
        root, configuration={"MemorySize": 1024}
    )
