"""Approval on the local AWS: a version waits, and is approved by the API or rejected by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import http_connections
from tests.clone import LocalUp

QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"
MODEL = "kdd99-http"


@pytest.fixture(scope="module")
def careful(up: LocalUp) -> Iterator[LocalUp]:
    """The stage wants every model approved; one is live already."""
    files: list[Path] = []
    up.clone.set("NIGHTSWAP_APPROVE", "on")
    assert up.clone.nightswap("deploy").returncode == 0
    for seed in (31, 32):
        file = http_connections.write(up.clone.folder / f"approval-{seed}.csv", http_connections.rows(seed=seed))
        files.append(file)
    yield up
    up.clone.set("NIGHTSWAP_APPROVE", "off")
    assert up.clone.nightswap("deploy").returncode == 0
    for file in files:
        up.clone.nightswap("data", "remove", file.name)


def next_night(up: LocalUp, seed: int) -> dict[str, Any]:
    added = up.clone.nightswap("data", "add", str(up.clone.folder / f"approval-{seed}.csv"))
    assert added.returncode == 0, added.stderr
    return up.retrain()


def served(up: LocalUp) -> int:
    return int(up.call("GET", QUERY).body["model_version"])


def test_version_goes_live_when_it_is_approved_and_not_before(careful: LocalUp) -> None:
    before = served(careful)

    waiting = next_night(careful, 31)
    again = careful.retrain()
    meanwhile = served(careful)
    approved = careful.call("POST", f"/runs/{waiting['run']}/approve", {"reason": "looked at it"})
    run = careful.ended(approved.body["run"])

    assert waiting["outcome"] == "Waiting", waiting
    assert waiting["verdict"]["passed"] is True
    assert (again["outcome"], "which waits for approval" in again["reason"]) == ("NothingNew", True), again
    assert meanwhile == before
    assert (approved.status, approved.body["approves"]) == (202, waiting["run"])
    assert (run["outcome"], run["approves"]) == ("Promoted", waiting["run"]), run
    assert served(careful) == approved.body["model_version"] > before
    move = careful.call("GET", f"/models/{MODEL}").body["last_move"]
    assert (move["who"], "approved: looked at it" in move["why"]) == ("token local", True), move
    assert "approved: looked at it" in careful.clone.nightswap("history").stdout.replace("\n", " ")


def test_rejected_version_stays_away_and_its_data_is_not_trained_again(careful: LocalUp) -> None:
    before = served(careful)
    waiting = next_night(careful, 32)
    assert waiting["outcome"] == "Waiting", waiting

    rejected = careful.clone.json("reject", waiting["run"], "--reason", "the labels are wrong")
    late = careful.call("POST", f"/runs/{waiting['run']}/approve", {"reason": "after all"})
    again = careful.retrain()

    assert rejected["quarantined"] == [max(rejected["quarantined"])]
    assert (late.status, late.body["Code"]) == (409, "RequestConflict")
    assert "was rejected by" in late.body["Message"]
    assert (again["outcome"], "the labels are wrong" in again["reason"]) == ("NothingNew", True), again
    assert served(careful) == before
    explained = careful.clone.nightswap("explain", waiting["run"])
    assert "the labels are wrong" in " ".join(explained.stdout.split())
