"""A graph of TensorFlow under Lambda's own runtime: in the package and the layers of Train, where what was left out
of the libraries is not needed to check it, to ask it, and to export it; and in the package that serves it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from lambdas import recipes
from lambdas.model.formats.onnx.export import export
from lambdas.model.formats.package import build_package
from lambdas.model.training.imported import fitted
from lambdas.serve import onnx
from tests.clone import ROOT
from tests.given import foreign_graphs as graphs
from tests.packages.stand import Stand
from workflows.checking.formats import layers_of, needs_of
from workflows.packaging import serving
from workflows.packaging.archive import Package
from workflows.packaging.tasks import tasks_package

PROBE = b"""import base64
import hashlib

from lambdas import recipes
from lambdas.model.formats.onnx.export import export
from lambdas.model.training.imported import fitted


def handler(event, context):
    made = fitted(base64.b64decode(event["file"]), recipe=recipes.load("kdd99-http"))
    return {"sha256": hashlib.sha256(export(made).content).hexdigest(), "warnings": made.facts["warnings"]}
"""


ROWS = [
    {"duration": 0.0, "src_bytes": 215.0, "dst_bytes": 45076.0},
    {"duration": 0.0, "src_bytes": 54540.0, "dst_bytes": 8314.0},
]


def test_train_makes_the_same_artifact_of_an_import_as_here_and_its_package_serves_it(stand: Stand) -> None:
    file = graphs.committed("logistic")
    code = stand.at("tasks-that-import", tasks_package(ROOT))
    (code / "probe.py").write_bytes(PROBE)
    event: dict[str, Any] = {"file": base64.b64encode(file).decode()}
    layers = needs_of({"kdd99-http": "onnx"}).of_task("train")

    answer = stand.once("probe.handler", event, code=code, layers_of_it=layers)

    here = fitted(file, recipe=recipes.load("kdd99-http"))
    content = export(here).content
    sha256 = hashlib.sha256(content).hexdigest()
    assert answer == {"sha256": sha256, "warnings": here.facts["warnings"]}

    told = {"model": "kdd99-http", "model_version": 1, "format": "onnx", "artifact_sha256": sha256}
    package = Package(build_package(artifact=content, manifest=told), sha256)
    served = stand.once(
        serving.HANDLER,
        {"instances": ROWS},
        code=stand.at("imported-graph", package),
        layers_of_it=layers_of("onnx"),
    )

    wanted = onnx.read(content)
    assert [each["label"] for each in served["body"]["predictions"]] == ["normal", "attack"]
    assert [list(each["probabilities"].values()) for each in served["body"]["predictions"]] == [
        wanted.score([*row.values()])[1] for row in ROWS
    ]
