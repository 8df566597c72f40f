"""A package of each format under Lambda's own runtime client: it answers as it was judged, and loads what is listed.

Each module that is loaded costs every cold start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from lambdas.model.formats.all_formats import FORMATS, format_of
from lambdas.model.formats.fitted import Exported
from lambdas.model.formats.package import build_package
from lambdas.model.recipe import Columns
from lambdas.model.training.estimator import fit
from tests.given import graphs, trees
from tests.packages.stand import Stand
from workflows.packaging.archive import Package

AWS_LIBRARIES = ("boto3", "botocore")
PROBE = b"""import sys

before = {*sys.modules}

from serve.handler import handler as answered


def handler(event, context):
    return {**answered(event, context), "loaded": sorted({*sys.modules} - before)}
"""
EVERY = {
    "serve",
    *(f"serve.{name}" for name in ("handler", "labels", "links", "refusal", "schema", "values")),
    "_sha2",
}
LOADED: Mapping[str, set[str]] = {
    "scorecard": EVERY | {"serve.scorecard"},
    "trees": EVERY | {"serve.trees", "array"},
    "onnx": EVERY
    | {"serve.onnx", "serve.native", "serve.native.onnxruntime", "array"}
    | {"ctypes", "_ctypes", "ctypes._endian", "struct", "_struct"},
}
"""By a query, beside what the runtime client has loaded before."""
UNLIKE = {"_sha256": "_sha2"}
"""Names in Python 3.11, and what they are later."""


def linear(columns: Columns) -> object:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore")
    prepare = make_column_transformer((encoder, columns.categorical), ("passthrough", columns.numeric))
    return make_pipeline(prepare, LogisticRegression())


ESTIMATORS = {"scorecard": linear, "trees": trees.KINDS["forest"], "onnx": graphs.vectors}


def exported(form: str) -> Exported:
    with trees.ONE_THREAD():
        fitted = fit(graphs.recipe(ESTIMATORS[form], format=form), train=trees.table(150))
    return format_of(form).code().export(fitted)


@pytest.mark.parametrize("form", FORMATS)
def test_package_of_each_format_answers_as_judged_and_loads_no_other_module(stand: Stand, form: str) -> None:
    content = exported(form).content
    judged = format_of(form).code().load(content)
    table = trees.table(20, seed=3)
    features = table.features(graphs.recipe(ESTIMATORS[form], format=form))
    told: dict[str, Any] = {"model": "m", "model_version": 1, "format": form}
    told["artifact_sha256"] = hashlib.sha256(content).hexdigest()
    code = stand.at(f"of-{form}", Package(build_package(artifact=content, manifest=told), sha256=""))
    (code / "probe.py").write_bytes(PROBE)
    instances = [{name: column[row].item() for name, column in features.items()} for row in range(20)]

    layers = format_of(form).layers
    with stand.function("probe.handler", code=code, layers_of_it=layers, without=AWS_LIBRARIES) as function:
        first = function.invoke({"query": {name: [str(value)] for name, value in instances[0].items()}})
        answer = function.invoke({"instances": instances})
        why = function.invoke({"instances": instances[:1], "why": 2})

    scored = judged.score(features)
    predictions = answer["body"]["predictions"]
    assert answer["status"] == 200
    assert [each["label"] for each in predictions] == scored.labels.tolist()
    assert first["body"]["predictions"] == predictions[:1]
    assert [list(each["probabilities"].values()) for each in predictions] == json.loads(
        json.dumps(scored.probabilities.tolist())
    )
    assert {UNLIKE.get(name, name) for name in first["loaded"]} <= LOADED[form]
    assert why["status"] == 200
    assert len(why["body"]["predictions"][0]["why"]["columns"]) == 2
