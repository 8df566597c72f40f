"""Graphs that lie in the bucket, under Lambda's own runtime client, with the boto3 of its Python: one of 240 MB too.

Their weights are random. A ResNet that people bring along is as large.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from chalicelib import layout
from lambdas.model.formats.package import build_package
from lambdas.serve import onnx
from tests.packages.conftest import Deployed
from tests.packages.stand import Stand
from workflows.packaging import serving
from workflows.packaging.archive import Package
from workflows.packaging.emulated import EmulatedFunction, Failure

CLASSES, COLUMNS = ("no", "yes"), 8
WARM: dict[str, Any] = {"warm": True}
ROW = {f"c{place}": place / 8 for place in range(COLUMNS)}
LAYERS = ("onnxruntime",)


def artifact(megabytes: float) -> bytes:
    """Two layers of random weights in 32-bit floats, and the header of a model of eight numbers."""
    rng, side = np.random.default_rng(0), int((megabytes * 1e6 / 4) ** 0.5)
    weights = {"into": (COLUMNS, side), "within": (side, side), "out": (side, len(CLASSES))}
    drawn = {
        name: rng.standard_normal(shape, dtype=np.float32) / np.float32(shape[0] ** 0.5)
        for name, shape in weights.items()
    }
    graph = helper.make_graph(
        [
            helper.make_node("Cast", [onnx.INPUT], ["x"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["x", "into"], ["first"]),
            helper.make_node("Tanh", ["first"], ["h"]),
            helper.make_node("MatMul", ["h", "within"], ["second"]),
            helper.make_node("MatMul", ["second", "out"], ["scores"]),
            helper.make_node("Softmax", ["scores"], [onnx.PROBABILITIES], axis=1),
            helper.make_node("ArgMax", [onnx.PROBABILITIES], ["place"], axis=1, keepdims=0),
            helper.make_node("Gather", ["classes", "place"], [onnx.LABELS]),
        ],
        "random",
        [helper.make_tensor_value_info(onnx.INPUT, TensorProto.DOUBLE, [None, COLUMNS])],
        [
            helper.make_tensor_value_info(onnx.LABELS, TensorProto.STRING, [None]),
            helper.make_tensor_value_info(onnx.PROBABILITIES, TensorProto.FLOAT, [None, len(CLASSES)]),
        ],
        [
            *(numpy_helper.from_array(value, name) for name, value in drawn.items()),
            numpy_helper.from_array(np.array(CLASSES, dtype=object), "classes"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    columns = [{"kind": "number", "name": name, "minimum": None, "maximum": None} for name in ROW]
    header = {
        "format": onnx.FORMAT,
        "format_version": onnx.FORMAT_VERSION,
        "classes": CLASSES,
        "schema": {"columns": columns},
        "numbers": [[place, []] for place in range(COLUMNS)],
        "categories": [],
    }
    told = json.dumps(header).encode()
    content: bytes = model.SerializeToString()
    return onnx.MAGIC + len(told).to_bytes(onnx.LENGTH_BYTES, "little") + told + content


def packed(deployed: Deployed, content: bytes, *, model: str, **changed: Any) -> Package:
    """The package of a version whose artifact lies in the bucket; `changed` is of what it says of that."""
    key = layout.version(model, 1, "model.onnx")
    put = deployed.client("s3").put_object(Bucket=deployed.bucket, Key=key, Body=content)
    stored = {"bucket": deployed.bucket, "key": key, "version_id": put["VersionId"], "bytes": len(content)}
    body = build_package(
        artifact=content,
        manifest={
            "model": model,
            "model_version": 1,
            "format": "onnx",
            "artifact_sha256": hashlib.sha256(content).hexdigest(),
            "stored": {**stored, **changed},
        },
    )
    return Package(body, hashlib.sha256(body).hexdigest())


def started(stand: Stand, deployed: Deployed, package: Package, **environment: str) -> EmulatedFunction:
    return stand.function(
        serving.HANDLER,
        code=stand.at(f"large-{package.sha256}", package),
        layers_of_it=LAYERS,
        name="large",
        environment=deployed.for_functions(environment),
    )


@pytest.mark.parametrize("megabytes", [1, 240])
def test_graph_in_the_bucket_is_served(stand: Stand, deployed: Deployed, megabytes: int) -> None:
    content = artifact(megabytes)
    package = packed(deployed, content, model="wide")

    with started(stand, deployed, package) as function:
        warm = function.invoke(WARM)
        answer = function.invoke({"instances": [ROW, ROW]})

    label, probabilities = onnx.read(content).score(list(ROW.values()))
    assert len(package.body) < 500_000
    assert len(content) >= megabytes * 1_000_000
    assert warm["body"]["artifact_sha256"] == hashlib.sha256(content).hexdigest()
    told = answer["body"]["predictions"]
    assert [each["label"] for each in told] == [label, label]
    assert list(told[0]["probabilities"].values()) == pytest.approx(probabilities, abs=1e-6)


def test_graph_that_is_not_what_the_package_names_is_refused_by_an_error_that_says_why(
    stand: Stand, deployed: Deployed
) -> None:
    content, key = artifact(0.1), layout.version("wide", 1, "model.onnx")
    sound = packed(deployed, content, model="wide")
    other = deployed.client("s3").put_object(Bucket=deployed.bucket, Key=key, Body=content[::-1])["VersionId"]
    changed = packed(deployed, content, model="wide", version_id=other)
    gone = packed(deployed, content, model="wide", key=layout.version("wide", 2, "model.onnx"))
    away = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    told = []
    for package, environment in ((changed, {}), (gone, {}), (sound, away)):
        with started(stand, deployed, package, **environment) as function, pytest.raises(Failure) as raised:
            function.invoke(WARM)
        told.append(raised.value.kind)

    assert told == ["ArtifactChanged", "ArtifactGone", "ArtifactUnread"]
