from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas.model.formats.all_formats import FORMATS, Format
from lambdas.model.formats.package import build_package, code_files
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.reading.object_reader import read_object
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.given.holdouts import evaluate

ARTIFACT = b'{"format":"scorecard"}'


def manifest(content: bytes = ARTIFACT, **changes: object) -> dict[str, object]:
    checksum = hashlib.sha256(content).hexdigest()
    return {"model": "flows", "model_version": 3, "artifact_sha256": checksum, "format": "scorecard", **changes}


def test_same_inputs_make_the_same_bytes_whatever_the_order_of_the_manifest() -> None:
    backwards = dict(reversed(list(manifest().items())))

    first, again = (build_package(artifact=ARTIFACT, manifest=each) for each in (manifest(), backwards))

    assert first == again
    assert build_package(artifact=ARTIFACT, manifest=manifest(model_version=4)) != first


def test_zip_holds_code_model_and_manifest_readable_by_lambda() -> None:
    package = zipfile.ZipFile(io.BytesIO(build_package(artifact=ARTIFACT, manifest=manifest())))

    names = package.namelist()
    assert names == sorted([*code_files(FORMATS["scorecard"]), "manifest.json", "model.json"])
    assert "serve/handler.py" in names
    assert package.read("model.json") == ARTIFACT
    assert all(entry.external_attr >> 16 == 0o100644 for entry in package.infolist())
    assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.create_system for entry in package.infolist()} == {3}, "Unix, as the format of zip files has it"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (manifest(artifact_sha256="0" * 64), "says 0000"),
        ({"model": "flows"}, "lacks model_version, artifact_sha256, format"),
        (manifest(format="pickle"), "format is 'pickle': expected one of scorecard"),
    ],
)
def test_manifest_that_does_not_fit_the_artifact_is_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(ArtifactInvalid, match=words):
        build_package(artifact=ARTIFACT, manifest=given)


def test_package_holds_no_module_that_another_format_alone_needs() -> None:
    mine, other = (
        FORMATS["scorecard"],
        Format(file="model.other", serving=("refusal.py",), code=FORMATS["scorecard"].code),
    )

    of_mine, of_other = (set(code_files(each, formats=[mine, other])) for each in (mine, other))

    assert of_mine ^ of_other == {
        "serve/scorecard.py",
        "serve/number_functions.py",
        "serve/dates.py",
        "serve/refusal.py",
    }
    assert "serve/scorecard.py" in of_mine


CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
from serve.handler import handler
answers = [handler(event, None) for event in json.load(sys.stdin)]
outside = [name for name in sys.modules if name.split(".")[0] not in {*sys.stdlib_module_names, "serve", "__main__"}]
own = sorted(name for name in sys.modules if name.split(".")[0] == "serve")
print(json.dumps({"answers": answers, "outside": outside, "own": own}))
"""


def call(folder: Path, *, events: list[object]) -> dict[str, Any]:
    """The handler in a Python that has nothing but the standard library and the package."""
    command = [sys.executable, "-I", "-S", "-c", CALL, str(folder)]
    done = subprocess.run(command, input=json.dumps(events), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_night_of_mixed_columns_goes_from_file_to_served_prediction(tmp_path: Path) -> None:
    recipe = data.recipe()
    nights = [("1.csv", data.csv(recipe, rows=400)), ("2.csv.gz", data.zipped(data.csv(recipe, rows=200, seed=5)))]

    objects = [data.piece(name, read_object(name, content=content, recipe=recipe)) for name, content in nights]
    prepared = data.prepared(objects, recipe=recipe)
    fitted = fit(recipe, train=prepared.train)
    model = export(fitted).content
    answers = fitted.answers(prepared.holdout)
    served = load(model)
    report = evaluate(recipe, artifact=served, holdout=prepared.holdout, answers=answers, champion=served)
    assert report["passed"], report["reason"]

    package = build_package(artifact=model, manifest=manifest(model))
    zipfile.ZipFile(io.BytesIO(package)).extractall(tmp_path)
    columns = {name: column.tolist() for name, column in prepared.holdout.features(recipe).items()}
    instances = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    query = {name: [str(value)] for name, value in instances[0].items()}
    unknown = {**instances[0], "flag": "never seen"}
    called = call(
        tmp_path, events=[{"instances": instances}, {"query": query}, {"instances": [unknown]}, {"warm": 2}]
    )

    assert called["outside"] == []
    assert called["own"] == [
        "serve",
        "serve.handler",
        "serve.labels",
        "serve.links",
        "serve.refusal",
        "serve.schema",
        "serve.scorecard",
        "serve.seldom",
        "serve.seldom.several",
        "serve.seldom.warned",
        "serve.values",
    ]
    batch, single, strange, refused = called["answers"]
    predictions = batch["body"]["predictions"]
    assert [each["label"] for each in predictions] == answers.labels.tolist()
    probabilities = [[each["probabilities"][name] for name in answers.classes] for each in predictions]
    assert np.abs(np.array(probabilities) - answers.probabilities).max() <= 1e-9
    assert (batch["body"]["model"], batch["body"]["model_version"]) == ("flows", 3)
    assert single["body"]["predictions"] == predictions[:1]
    assert (strange["status"], refused["status"]) == (200, 400)
    assert batch["init_ms"] > 0
    assert [each["init_ms"] for each in (single, strange, refused)] == [0, 0, 0]


def test_cold_start_is_told_in_a_header_where_the_function_url_is_asked(tmp_path: Path) -> None:
    recipe = data.recipe()
    train = data.prepared([data.piece("1.csv", data.table(recipe, rows=400))], recipe=recipe).train
    content = export(fit(recipe, train=train)).content
    zipfile.ZipFile(io.BytesIO(build_package(artifact=content, manifest=manifest(content)))).extractall(tmp_path)
    asked = {"requestContext": {"http": {"method": "GET"}}, "rawQueryString": ""}

    first, second = (each["headers"]["server-timing"] for each in call(tmp_path, events=[asked, asked])["answers"])

    assert re.fullmatch(r"serving;desc=cold;dur=[1-9][0-9]*", first)
    assert second == "serving;desc=warm"
