"""A serving package: read once, and refused when it is broken."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lambdas.serve import handler
from lambdas.serve.handler import BYTES_OF_OPENSSL, PackageBroken, open_package
from tests.given.trees import model, served_rows, table
from tests.unit.lambdas.serve.document import DOCUMENT


def package(folder: Path, *, artifact: bytes, manifest: object) -> Path:
    (folder / "model.json").write_bytes(artifact)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def manifest_of(artifact: bytes) -> dict[str, object]:
    checksum = hashlib.sha256(artifact).hexdigest()
    named = {"format": "scorecard", "artifact_file": "model.json"}
    return {"model": "flows", "model_version": 7, "artifact_sha256": checksum, **named}


def test_package_is_read_once(tmp_path: Path) -> None:
    artifact = json.dumps(DOCUMENT).encode()
    folder = package(tmp_path, artifact=artifact, manifest=manifest_of(artifact))

    assert open_package(folder) is open_package(folder)
    assert open_package(folder).model_version == 7
    assert open_package(folder).artifact_sha256 == hashlib.sha256(artifact).hexdigest()
    assert open_package(folder).format == "scorecard"


@pytest.mark.parametrize(
    ("artifact", "changes", "words"),
    [
        (b"{}", {"artifact_sha256": "0" * 64}, "its manifest says 0000"),
        (b"{}", {}, "this reader knows"),
        (b'{"format": "scorecard", "format_version": 1}', {}, "opened: the scorecard is malformed: KeyError"),
        (b"{}", {"artifact_file": None}, "opened: FileNotFoundError"),
        (b"{}", {"format": []}, "opened: TypeError"),
        (b"{}", {"artifact_file": "model.onnx"}, "opened: FileNotFoundError"),
        (b"not json", {}, "JSONDecodeError"),
        (b'{"format": "onnx"}', {}, "this reader knows"),
        (b"{}", {"format": "pickle"}, "expected one of"),
        (b"[" * 100_000, {}, "opened: the scorecard is no JSON: RecursionError"),
        (b'{"format": "scorecard", "format_version": 9}', {}, "this reader knows"),
        (b"[]", {}, "opened: the scorecard is malformed: AttributeError"),
    ],
)
def test_broken_package_raises(tmp_path: Path, artifact: bytes, changes: dict[str, object], words: str) -> None:
    folder = package(tmp_path, artifact=artifact, manifest={**manifest_of(artifact), **changes})

    with pytest.raises(PackageBroken, match=words):
        open_package(folder)


@pytest.mark.parametrize("more", [0, BYTES_OF_OPENSSL])
def test_artifact_of_trees_is_read_at_any_size(tmp_path: Path, more: int) -> None:
    """A large one is mapped; what follows its sections is no matter."""
    of = model("forest", 2, False)
    artifact = of.content + bytes(more)
    folder = package(tmp_path, artifact=artifact, manifest={**manifest_of(artifact), "format": "trees"})

    service = open_package(folder)

    (row,) = served_rows(table(1))
    assert service.scorer.score(row) == of.served.score(row)


def test_large_artifact_of_trees_that_is_not_the_one_of_its_manifest_raises(tmp_path: Path) -> None:
    artifact = bytes(BYTES_OF_OPENSSL + 1)
    named = {**manifest_of(artifact), "format": "trees", "artifact_sha256": "0" * 64}

    with pytest.raises(PackageBroken, match="its manifest says 0000"):
        open_package(package(tmp_path, artifact=artifact, manifest=named))


def test_module_that_the_packages_reader_lacks_is_named(tmp_path: Path) -> None:
    """Only the reader of another format may be missing."""
    serving = Path(handler.__file__).parent
    shutil.copytree(serving, tmp_path / "serve", ignore=shutil.ignore_patterns("scorecard.py", "__pycache__"))
    (tmp_path / "serve" / "trees.py").write_text("import nowhere_to_be_found\n")

    done = subprocess.run(
        [sys.executable, "-c", "import serve.handler"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'nowhere_to_be_found'" in done.stderr


def test_package_without_a_model_raises(tmp_path: Path) -> None:
    with pytest.raises(PackageBroken, match="FileNotFoundError"):
        open_package(tmp_path)
