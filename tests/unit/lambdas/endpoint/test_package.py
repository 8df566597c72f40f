from __future__ import annotations

import io
import json
import tarfile
import zipfile

from lambdas.endpoint.package import code_files, function_package, model_data
from lambdas.model.formats.package import zipped

FILES = {"serve/handler.py": b"code", "model.json": b"{}", "manifest.json": b"{}"}


def test_function_package_names_the_endpoint_and_holds_no_artifact() -> None:
    package = function_package(manifest={"model": "flows"}, endpoint="an-endpoint")

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert json.loads(archive.read("manifest.json")) == {"model": "flows", "endpoint": "an-endpoint"}
        assert {*archive.namelist()} == {*code_files(), "manifest.json"}
    assert package == function_package(manifest={"model": "flows"}, endpoint="an-endpoint")


def test_model_data_are_the_files_of_the_package_byte_for_byte() -> None:
    data = model_data(zipped(FILES))

    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        found = {member.name: archive.extractfile(member) for member in archive}
        assert {name: content.read() for name, content in found.items() if content} == FILES
        assert {member.mode for member in archive.getmembers()} == {0o644}
    assert data == model_data(zipped(FILES))
