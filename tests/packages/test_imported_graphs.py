"""A graph of TensorFlow in the package and the layers of Train, under Lambda's own runtime: what was left out of the
libraries is not needed to check it, to ask it, and to export it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from lambdas import recipes
from lambdas.model.formats.onnx.export import export
from lambdas.model.training.imported import fitted
from tests.clone import ROOT
from tests.given import foreign_graphs as graphs
from tests.packages.stand import Stand
from workflows.checking.formats import needs_of
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


def test_train_has_what_an_import_needs_and_makes_the_same_artifact_as_here(stand: Stand) -> None:
    file = graphs.committed("logistic")
    code = stand.at("tasks-that-import", tasks_package(ROOT))
    (code / "probe.py").write_bytes(PROBE)
    event: dict[str, Any] = {"file": base64.b64encode(file).decode()}
    layers = needs_of({"kdd99-http": "onnx"}).of_task("train")

    answer = stand.once("probe.handler", event, code=code, layers_of_it=layers)

    here = fitted(file, recipe=recipes.load("kdd99-http"))
    assert answer == {
        "sha256": hashlib.sha256(export(here).content).hexdigest(),
        "warnings": here.facts["warnings"],
    }
