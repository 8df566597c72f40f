"""A graph that is too large for its package, on the local AWS: from the recipe to the answer, lost and restored.

Nothing smaller than 40 MB takes this way. One of 240 MB is served in tests/packages/test_large_artifacts.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.clone import LocalUp

RECIPE = """from lambdas.model.recipe import Columns, Numeric, Recipe, at_least


def estimator(columns: Columns) -> object:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier((2300, 2300), max_iter=3, batch_size=1000, random_state=0)


RECIPE = Recipe(
    model="wide",
    columns=[Numeric("a", minimum=0, maximum=1), Numeric("b", minimum=0, maximum=1)],
    label="side",
    classes={"l": "left", "r": "right"},
    positive="right",
    estimator=estimator,
    thresholds=[at_least("accuracy", bound=0.6)],
    cross_validation_folds=0,
    format="onnx",
)
"""
ASKED = {"model": "wide", "instances": [{"a": 0.25, "b": 0.75}]}


def rows() -> str:
    drawn = np.random.default_rng(0).random((300, 2)).round(6)
    return "\n".join(["a,b,side", *(f"{a},{b},{'r' if a > b else 'l'}" for a, b in drawn), ""])


@pytest.fixture(scope="module")
def wide(up: LocalUp) -> Iterator[LocalUp]:
    recipe = up.clone.folder / "lambdas" / "recipes" / "wide.py"
    recipe.write_text(RECIPE)
    (up.clone.folder / "wide.csv").write_text(rows())
    yield up
    recipe.unlink()
    up.clone.nightswap("model", "remove", "wide", "--data", "--yes")


def done(up: LocalUp, *command: str) -> str:
    ended = up.clone.nightswap(*command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return " ".join(ended.stdout.split())


@pytest.mark.timeout(600)
def test_large_graph_is_told_trained_served_and_restored_while_it_is_in_the_bucket(wide: LocalUp) -> None:
    checked = done(wide, "check", "wide")
    done(wide, "deploy")
    done(wide, "data", "add", "wide.csv", "--model", "wide", "--no-check")
    done(wide, "retrain", "--model", "wide", "--watch")
    answer = wide.call("POST", "/predict", ASKED)
    manifest: dict[str, Any] = wide.call("GET", "/models/wide/versions/1").body["manifest"]
    key, version_id = manifest["stored"]["key"], manifest["stored"]["version_id"]
    lambdas, s3 = wide.client("lambda"), wide.client("s3")
    function = {"FunctionName": "nightswap-local-serve-wide"}
    published = lambdas.get_function_configuration(**function, Qualifier="live")
    done(wide, "verify", "wide")

    assert "of these rows the graph takes 42 MB, more than a package holds" in checked
    assert (answer.status, answer.body["model_version"]) == (200, 1)
    assert (manifest["stored"]["bytes"] > 40_000_000, published["CodeSize"] < 1_000_000) == (True, True)

    lambdas.delete_alias(**function, Name="live")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    s3.delete_object(Bucket=bucket, Key=key)
    refused = wide.clone.nightswap("restore", "wide")
    found = s3.list_object_versions(Bucket=bucket, Prefix=key)
    (mark,) = found["DeleteMarkers"]
    s3.delete_object(Bucket=bucket, Key=key, VersionId=mark["VersionId"])
    done(wide, "restore", "wide")

    assert [each["VersionId"] for each in found["Versions"]] == [version_id]
    assert (refused.returncode, f"{key} is gone" in refused.stderr) == (1, True)
    assert wide.call("POST", "/predict", ASKED).body == answer.body
