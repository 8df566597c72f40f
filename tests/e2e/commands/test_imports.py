"""Models of XGBoost and TensorFlow on the local AWS: imported over the live one, asked, and rolled back.

And a graph of 240 MB, as large as a ResNet that people bring along: its weights are random, and the rows have the
labels that it gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from tests.clone import LocalUp
from tests.given import foreign_graphs as graphs
from tests.given import imports as given

ATTACK = "/predict?duration=0&src_bytes=54540&dst_bytes=8314&why=2"


def test_imported_model_goes_live_and_back(up: LocalUp) -> None:
    (up.clone.folder / "mine.json").write_bytes(given.content("connections"))
    before = up.call("GET", ATTACK).body

    done = up.clone.nightswap("import", "mine.json", "--recipe", "kdd99-http", "--watch")
    told = up.call("GET", ATTACK).body
    manifest = up.call("GET", f"/models/kdd99-http/versions/{told['model_version']}").body["manifest"]
    versions = up.clone.nightswap("versions", "kdd99-http")
    back = up.call("POST", "/models/kdd99-http/rollback", {"reason": "a look", "to": before["model_version"]})

    assert done.returncode == 0, done.stdout + done.stderr
    assert "mine.json: its classes 0 to 1 are normal, attack" in done.stdout
    assert (told["label"], manifest["format"]) == ("attack", "trees")
    assert told["why"]["columns"][0]["column"] == "src_bytes"
    assert manifest["training"]["imported"]["file"] == "mine.json"
    assert manifest["training"]["imported"]["sha256"] in versions.stdout
    assert (back.status, up.call("GET", ATTACK).body["model_version"]) == (200, before["model_version"])


def test_graph_is_refused_by_a_stage_without_its_layers_and_goes_live_and_back_with_them(up: LocalUp) -> None:
    (up.clone.folder / "mine.onnx").write_bytes(graphs.committed("logistic"))
    recipe = up.clone.folder / "lambdas" / "recipes" / "kdd99_http.py"
    asked = ATTACK.removesuffix("&why=2")
    before = up.call("GET", asked).body

    refused = up.clone.nightswap("import", "mine.onnx", "--recipe", "kdd99-http")
    recipe.write_text(recipe.read_text().replace("estimator=estimator,", 'estimator=estimator, format="onnx",'))
    deployed = up.clone.nightswap("deploy")
    done = up.clone.nightswap("import", "mine.onnx", "--recipe", "kdd99-http", "--watch")
    told = up.call("GET", asked).body
    manifest = up.call("GET", f"/models/kdd99-http/versions/{told['model_version']}").body["manifest"]
    again = up.clone.nightswap("rebuild", str(told["model_version"]))
    back = up.call("POST", "/models/kdd99-http/rollback", {"reason": "a look", "to": before["model_version"]})

    assert 'write format="onnx" into its recipe' in refused.stdout + refused.stderr
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    assert (told["label"], manifest["format"]) == ("attack", "onnx")
    assert manifest["training"]["imported"]["file"] == "mine.onnx"
    assert again.returncode == 0, again.stdout + again.stderr
    assert (back.status, up.call("GET", asked).body["model_version"]) == (200, before["model_version"])


MEGABYTES, SIDE = 240, 7_746
"""Of the file, and of the matrix that is nearly all of it."""
NAMES = tuple("abcdefgh")
RECIPE = """from lambdas.model.recipe import Columns, Numeric, Recipe, Serving, at_least


def estimator(_: Columns) -> object:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB()


RECIPE = Recipe(
    model="resnet",
    columns=[Numeric(name) for name in "abcdefgh"],
    label="side",
    classes={"l": "left", "r": "right"},
    positive="right",
    estimator=estimator,
    thresholds=[at_least("accuracy", bound=0.95)],
    serving=Serving(memory_mb=1769, timeout_seconds=60),
    format="onnx",
)
"""


def large_graph(file: Path) -> str:
    """Writes a network of random weights, and returns rows with its own labels as CSV."""
    rng = np.random.default_rng(0)
    shapes = ((len(NAMES), SIDE), (SIDE, SIDE), (SIDE, 2))
    weights = [rng.standard_normal(each, dtype=np.float32) / np.float32(each[0] ** 0.5) for each in shapes]
    nodes = [
        helper.make_node(kind, takes, [gives])
        for kind, takes, gives in (
            ("MatMul", ["x", "w0"], "first"),
            ("Tanh", ["first"], "folded"),
            ("MatMul", ["folded", "w1"], "second"),
            ("MatMul", ["second", "w2"], "scores"),
            ("Softmax", ["scores"], "p"),
        )
    ]
    taken = helper.make_tensor_value_info("x", 1, ["n", len(NAMES)])
    answered = helper.make_tensor_value_info("p", 1, ["n", 2])
    tables = [numpy_helper.from_array(each, f"w{place}") for place, each in enumerate(weights)]
    graph = helper.make_graph(nodes, "random", [taken], [answered], tables)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    file.write_bytes(model.SerializeToString())
    rows = rng.standard_normal((400, len(NAMES))).round(3).astype(np.float32)
    scores = np.tanh(rows @ weights[0]) @ weights[1] @ weights[2]
    clear = np.abs(scores[:, 0] - scores[:, 1]) > 0.01
    lines = (
        f"{','.join(str(number) for number in row)},{'lr'[place]}"
        for row, place in zip(rows[clear], scores[clear].argmax(axis=1), strict=True)
    )
    return "\n".join([",".join((*NAMES, "side")), *lines, ""])


@pytest.fixture
def large(up: LocalUp) -> Iterator[LocalUp]:
    """A stage whose tasks have the memory for it, and a model without a version."""
    config = up.clone.folder / ".chalice" / "config.json"
    before, recipe = config.read_text(), up.clone.folder / "lambdas" / "recipes" / "resnet.py"
    for task in ("TRAIN", "EVALUATE"):
        up.clone.set(f"NIGHTSWAP_{task}_MEMORY_MB", "3008")
    recipe.write_text(RECIPE)
    yield up
    up.clone.nightswap("model", "remove", "resnet", "--data", "--yes")
    recipe.unlink()
    config.write_text(before)


def done(up: LocalUp, *command: str) -> str:
    ended = up.clone.nightswap(*command, seconds=900)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return " ".join(ended.stdout.split())


@pytest.mark.timeout(1800)
def test_graph_of_240_mb_is_imported_judged_promoted_asked_and_taken_live_again_by_hand(large: LocalUp) -> None:
    file = large.clone.folder / "resnet.onnx"
    (large.clone.folder / "resnet.csv").write_text(large_graph(file))
    asked = {"model": "resnet", "instances": [dict.fromkeys(NAMES, 0.5)]}

    done(large, "deploy")
    done(large, "data", "add", "resnet.csv", "--model", "resnet", "--no-check")
    done(large, "import", "resnet.onnx", "--recipe", "resnet", "--watch")
    answer = large.call("POST", "/predict", asked)
    manifest = large.call("GET", "/models/resnet/versions/1").body["manifest"]
    done(large, "import", "resnet.onnx", "--recipe", "resnet", "--force", "--watch")
    moved = done(large, "promote", "1", "--model", "resnet", "--reason", "the first one again")
    again = large.call("POST", "/predict", asked)

    assert file.stat().st_size >= MEGABYTES * 1_000_000
    assert manifest["stored"]["bytes"] >= MEGABYTES * 1_000_000
    assert manifest["training"]["imported"]["file"] == "resnet.onnx"
    assert (answer.status, answer.body["model_version"]) == (200, 1)
    assert "resnet: version 2 -> version 1" in moved
    assert again.body == answer.body
