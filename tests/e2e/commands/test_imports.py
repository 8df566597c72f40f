"""Models of XGBoost and TensorFlow on the local AWS: imported over the live one, asked, and rolled back."""

from __future__ import annotations

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
