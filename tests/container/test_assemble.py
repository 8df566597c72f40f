"""From the registry to the folder that the image is made from."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib import layout
from chalicelib.errors import ArtifactInvalid, NightswapError, PackagingFailed, RegistryIncomplete, VersionUnknown
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export
from lambdas.serve.handler import open_package
from tests.container.conftest import MODEL, VERSION, registry_with
from tests.fakes.stage import FakeStage
from workflows.container.assemble import SERVER, built_for, main
from workflows.packaging.archive import Package, pack

ARTIFACT = layout.version(MODEL, VERSION, "model.json")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def empty_zip() -> bytes:
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    return content.getvalue()


def test_folder_holds_the_package_whole_its_entry_points_their_core_and_the_server(
    package: bytes, tmp_path: Path
) -> None:
    registry_with(package).lay_out(tmp_path / "build")

    unpacked = set(zipfile.ZipFile(io.BytesIO(package)).namelist())
    beside = files(tmp_path / "build/image") - unpacked
    assert files(tmp_path / "build/image") >= unpacked
    tops = {name.partition("/")[0] for name in beside}
    assert {name for name in tops if not name.endswith(".dist-info")} == {
        *("predict.py", "chalicelib", "inference", "uvicorn", "h11", "click")
    }
    assert {name.partition("-")[0] for name in tops if name.endswith(".dist-info")} == {*SERVER}
    assert [name for name in beside if ".." in name or name.endswith(".pyc")] == []
    assert (tmp_path / "build/package.zip").read_bytes() == package


def test_artifact_that_its_function_reads_from_the_bucket_lies_in_the_image(fitted: Fitted, tmp_path: Path) -> None:
    artifact = export(fitted).content
    told = {"model": MODEL, "model_version": VERSION, "format": "scorecard", "stored": {"key": ARTIFACT}}
    checksum = hashlib.sha256(artifact).hexdigest()
    package = build_package(artifact=artifact, manifest={**told, "artifact_sha256": checksum})
    stored = {"key": ARTIFACT, "version_id": "v1", "bytes": len(artifact)}
    registry = registry_with(package, stored=stored)
    with pytest.raises(RegistryIncomplete, match=f"{ARTIFACT} is missing"):
        registry.lay_out(tmp_path / "build")
    registry.outside.store.put(ARTIFACT, artifact)

    registry.lay_out(tmp_path / "build")

    assert "model.json" not in zipfile.ZipFile(io.BytesIO(package)).namelist()
    assert (tmp_path / "build/image/model.json").read_bytes() == artifact
    assert open_package(tmp_path / "build/image").artifact_sha256 == checksum


def test_nothing_of_an_earlier_image_stays(package: bytes, tmp_path: Path) -> None:
    old = tmp_path / "build/image/old.py"
    old.parent.mkdir(parents=True)
    old.touch()

    registry_with(package).lay_out(tmp_path / "build")

    assert not old.exists()


def test_everybody_may_read_the_files_under_a_strict_umask(package: bytes, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        registry_with(package).lay_out(tmp_path / "build")
    finally:
        os.umask(before)

    image = tmp_path / "build/image"
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in (image, *image.rglob("*"))}
    assert modes == {True: 0o755, False: 0o644}
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in (image, *image.rglob("*")))


@pytest.mark.parametrize(
    ("package", "model_version", "error", "words"),
    [
        (None, 8, VersionUnknown, "no version 8"),
        (None, 7, RegistryIncomplete, "package.zip is missing"),
        (b"no zip", 7, ArtifactInvalid, "cannot be unpacked"),
        (empty_zip(), 7, ArtifactInvalid, "lacks manifest.json, model.json, serve/handler.py"),
    ],
)
def test_failure_leaves_the_earlier_image_alone(
    tmp_path: Path, package: bytes | None, model_version: int, error: type[NightswapError], words: str
) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build/package.zip").write_bytes(b"earlier")

    with pytest.raises(error, match=words):
        registry_with(package).lay_out(tmp_path / "build", model_version=model_version)

    assert files(tmp_path / "build") == {"package.zip"}


def test_artifact_that_is_not_the_one_of_the_registry_is_refused(package: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArtifactInvalid, match=f"the registry tells of {'a' * 64}"):
        registry_with(package, artifact_sha256="a" * 64).lay_out(tmp_path / "build")


@pytest.mark.parametrize("told", [b"no JSON", b"[]"])
def test_manifest_that_tells_no_artifact_is_refused(tmp_path: Path, told: bytes) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("serve/handler.py", "model.json", "manifest.json"):
            archive.writestr(name, told)

    with pytest.raises(ArtifactInvalid, match=r"that is no JSON|SHA-256 None"):
        registry_with(content.getvalue(), artifact_sha256="a" * 64).lay_out(tmp_path / "build")


def test_command_says_what_is_wrong() -> None:
    result = CliRunner().invoke(main, ["3"], obj=FakeStage())

    assert result.exit_code == 1
    assert "has no version 3" in result.output


def test_library_of_a_format_that_needs_one_lies_beside_the_code(package: bytes, tmp_path: Path) -> None:
    layer = pack({"python/onnxruntime/capi/libonnxruntime.so.1": b"a library", "nightswap/onnxruntime.json": b"{}"})

    registry_with(package, kind="onnx").lay_out(tmp_path / "build", libraries={"onnxruntime": layer}.__getitem__)

    image = tmp_path / "build/image"
    assert (image / "onnxruntime/capi/libonnxruntime.so.1").read_bytes() == b"a library"
    assert not (image / "nightswap").exists()
    assert not (image / "python").exists()


@pytest.mark.parametrize("kind", ["scorecard", "onnx"])
def test_library_of_a_format_that_is_asked_for_lies_there_whatever_the_version_s_own(
    package: bytes, tmp_path: Path, kind: str
) -> None:
    """So there is an image for the first version of a format."""
    asked: list[str] = []

    def library(name: str) -> Package:
        asked.append(name)
        return pack({f"python/{name}/capi/lib{name}.so.1": b"a library"})

    registry_with(package, kind=kind).lay_out(tmp_path / "build", libraries=library, formats=["onnx", "scorecard"])

    assert asked == ["onnxruntime"]
    assert (tmp_path / "build/image/onnxruntime/capi/libonnxruntime.so.1").read_bytes() == b"a library"


def test_command_takes_the_formats_alone_that_need_a_library() -> None:
    refused = CliRunner().invoke(main, ["3", "--format", "trees"], obj=FakeStage())
    taken = CliRunner().invoke(main, ["3", "--format", "onnx", "--format", "onnx"], obj=FakeStage())

    assert (refused.exit_code, taken.exit_code) == (2, 1)
    assert "'trees' is not 'onnx'" in refused.output
    assert "has no version 3" in taken.output


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("onnx", PackagingFailed, "'mips' is no architecture of Lambda"),
        ("tensors", ArtifactInvalid, "the artifact's format is 'tensors'"),
    ],
)
def test_library_that_cannot_be_had_leaves_the_earlier_image_alone(
    package: bytes, tmp_path: Path, kind: str, error: type[NightswapError], words: str
) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build/package.zip").write_bytes(b"earlier")

    with pytest.raises(error, match=words):
        registry_with(package, kind=kind).lay_out(tmp_path / "build", libraries=built_for("mips"))

    assert files(tmp_path / "build") == {"package.zip"}
