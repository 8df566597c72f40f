"""The main job on the local AWS: promoted, rejected, failed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import http_connections
from tests.clone import Clone, LocalUp
from tests.contract.docs import pages

BUCKET = "nightswap-local-000000000000-us-east-1"
A_NIGHT = pages.PAGES["a-night.md"]
KEY = re.compile(r"`(runs/RUN/[^`]+)`")
ATTACK = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"


@pytest.fixture
def extra_file(clone: Clone, tmp_path: Path) -> Path:
    """A file that is taken out of the data set again after the test."""
    return tmp_path / "extra.csv"


def shell(line: str) -> str:
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout


def add(up: LocalUp, file: Path, *options: str) -> None:
    done = up.clone.nightswap("data", "add", str(file), *options)
    assert done.returncode == 0, done.stderr


def remove(up: LocalUp, file: Path) -> None:
    done = up.clone.nightswap("data", "remove", file.name)
    assert done.returncode == 0, done.stderr


def test_the_first_retrain_is_promoted_and_shown(up: LocalUp) -> None:
    assert "Promoted" in up.said
    assert re.search(r"true attack +\d", up.said), up.said
    for rule in ("recall of attack", "precision of attack", "false_positive_rate of attack", "support of attack"):
        assert rule in up.said
    for state in ("RestoreAlias", "Preprocess", "Train", "Evaluate", "VersionModel", "SwapAlias"):
        assert state in up.said
    assert "live: kdd99-http version 1, function version 1" in up.said


def test_the_printed_curl_lines_work_as_they_are(up: LocalUp) -> None:
    lines = re.findall(r"^curl .*$", up.said, re.MULTILINE)

    codes = [shell(f"{line} -s -o /dev/null -w '%{{http_code}}'") for line in lines]

    assert len(lines) == 4
    assert codes == ["200", "200", "200", "202"]


def test_a_prediction_names_model_version_label_and_probability(up: LocalUp) -> None:
    answer = up.call("GET", ATTACK)

    assert answer.status == 200
    assert answer.body["model"] == "kdd99-http"
    assert answer.body["label"] == "attack"
    assert answer.body["model_version"] >= 1
    assert 0.5 < answer.body["probability"] <= 1


def test_a_promoted_run_leaves_the_documents_that_the_page_of_a_night_names(up: LocalUp) -> None:
    run = next(each["run"] for each in up.call("GET", "/runs").body["runs"] if each["outcome"] == "Promoted")
    states = {"Promoted", *(each["state"] for each in up.call("GET", f"/runs/{run}").body["states"])}
    listed = up.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"runs/{run}/")["Contents"]

    told = [
        key for cells in pages.rows(A_NIGHT) if states & set(cells[0].split(", ")) for key in KEY.findall(cells[-1])
    ]

    assert len(told) > len(states)
    assert {key.replace("RUN", run) for key in told} <= {each["Key"] for each in listed}


def test_nothing_new_is_not_trained_again(up: LocalUp) -> None:
    before = up.live()

    run = up.retrain()

    assert run["outcome"] == "NothingNew"
    assert [state["state"] for state in run["states"]] == ["RestoreAlias", "Preprocess"]
    assert up.live() == before


def test_a_forced_retrain_makes_a_new_version_through_the_gate(up: LocalUp) -> None:
    before = up.live()

    run = up.retrain(force=True, reason="because")

    assert run["outcome"] == "Promoted"
    assert up.live()["model_version"] == before["model_version"] + 1
    assert up.call("GET", ATTACK).body["model_version"] == before["model_version"] + 1


def test_a_model_that_meets_no_threshold_is_rejected_and_live_untouched(up: LocalUp, extra_file: Path) -> None:
    before = up.live()
    add(up, http_connections.write(extra_file, http_connections.noise()))

    run = up.retrain()
    again = up.retrain()
    remove(up, extra_file)

    assert run["outcome"] == "ModelRejected"
    assert "recall of attack" in run["reason"]
    assert any(not rule["passed"] for rule in run["verdict"]["rules"])
    assert up.live() == before
    assert again["outcome"] == "NothingNew"
    shown = up.clone.nightswap("runs", run["run"])
    assert "FAIL" in shown.stdout
    assert "ModelRejected" in shown.stdout


def test_bad_rows_fail_the_run_with_object_row_column_and_value(up: LocalUp, extra_file: Path) -> None:
    before = up.live()
    lines = http_connections.rows(normal=20, attacks=5)
    lines[16] = "0,many,300,normal."
    add(up, http_connections.write(extra_file, lines), "--no-check")  # else it is refused here already

    done = up.clone.nightswap("retrain", "--watch")
    remove(up, extra_file)

    assert done.returncode == 1
    assert "RetrainFailed" in done.stdout
    for said in ("extra.csv", "src_bytes", "row 17", "many", "nightswap data remove extra.csv"):
        assert said in " ".join(done.stdout.split()), done.stdout
    assert up.live() == before
    assert up.call("GET", ATTACK).status == 200
