"""A model of XGBoost on the local AWS: imported over the live one, asked, and rolled back."""

from __future__ import annotations

from tests.clone import LocalUp
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
