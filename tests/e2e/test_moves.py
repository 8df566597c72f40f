"""Moves by hand on the local AWS: rollback, promote, pin and unpin, by the API and by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import http_connections
from tests.clone import Answer, LocalUp

QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"
FEATURES = ("duration=0", "src_bytes=54540", "dst_bytes=8314")
MODEL = "kdd99-http"
WHY = {"reason": "customers complain"}


@pytest.fixture(scope="module")
def newer(up: LocalUp) -> Iterator[LocalUp]:
    """The live version is of new data, and was promoted over another one."""
    file = http_connections.write(up.clone.folder / "moves.csv", http_connections.rows(seed=17))
    assert up.clone.nightswap("data", "add", str(file)).returncode == 0
    run = up.retrain()
    assert run["outcome"] == "Promoted", run
    yield up
    up.clone.nightswap("unpin", "--reason", "the tests are over")
    up.clone.nightswap("data", "remove", file.name)


def live(up: LocalUp) -> int:
    return int(up.live()["model_version"])


def served(up: LocalUp) -> int:
    return int(up.call("GET", QUERY).body["model_version"])


def move(up: LocalUp, path: str, key: str | None = None, **body: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return up.call("POST", f"/models/{MODEL}/{path}", {**WHY, **body}, headers=headers)


def last_move(up: LocalUp) -> dict[str, Any]:
    found: dict[str, Any] = up.call("GET", f"/models/{MODEL}").body["last_move"]
    return found


def test_rollback_by_the_api_is_verified_and_in_effect_at_once(newer: LocalUp) -> None:
    bad = live(newer)

    first, again = move(newer, "rollback", key="3-am"), move(newer, "rollback", key="3-am")

    assert first.status == 200, first
    good = first.body["to"]["model_version"]
    assert first.body["from"]["model_version"] == bad
    assert good < bad
    assert first.body["quarantined"] == [bad]
    assert (live(newer), served(newer)) == (good, good)
    assert (last_move(newer)["kind"], last_move(newer)["who"]) == ("rolled_back", "token local")
    assert last_move(newer)["why"] == WHY["reason"]
    assert again.body == first.body


def test_the_version_that_was_live_at_a_time_is_asked(newer: LocalUp) -> None:
    latest, before = json.loads(newer.clone.nightswap("history", "--limit", "2", "--json").stdout)

    for move_told in (latest, before):
        told = newer.clone.nightswap("predict", *FEATURES, "--at", move_told["moved_at"])
        answers = json.loads(told.stdout)["answers"]
        assert [each["model_version"] for each in answers] == [move_told["model_version"]]
    assert latest["model_version"] != before["model_version"]


def test_what_was_rolled_back_is_not_trained_again_not_even_by_force(newer: LocalUp) -> None:
    run = newer.retrain(force=True)

    assert run["outcome"] == "NothingNew"
    assert "quarantined" in run["reason"]


def test_quarantined_version_is_promoted_when_the_quarantine_is_lifted(newer: LocalUp) -> None:
    bad = max(each["model_version"] for each in newer.call("GET", f"/models/{MODEL}/versions").body["versions"])

    refused = move(newer, f"versions/{bad}/promote")
    lifted = newer.clone.json("promote", str(bad), "--lift-quarantine", "--reason", "it was the data")

    assert (refused.status, refused.body["Code"]) == (409, "VersionUnfit")
    assert "--lift-quarantine" in refused.body["Message"]
    assert (lifted["moved"], lifted["lifted"]) == (True, True)
    assert (live(newer), served(newer)) == (bad, bad)


def test_rollback_by_the_command_line_says_what_it_did(newer: LocalUp) -> None:
    bad = live(newer)

    done = newer.clone.nightswap("rollback", "--reason", "customers complain again")
    back = newer.clone.nightswap("promote", str(bad), "--lift-quarantine", "--reason", "false alarm")

    assert done.returncode == 0, done.stderr
    assert f"{MODEL}: version {bad} -> version " in done.stdout
    assert f"version {bad} is quarantined" in done.stdout
    assert back.returncode == 0, back.stderr
    assert live(newer) == bad


def test_pinned_version_stays_live_while_runs_go_on(newer: LocalUp) -> None:
    before = live(newer)
    pinned = move(newer, "pin")

    run = newer.retrain(force=True)
    refused = move(newer, "versions/1/promote")
    waiting = run["states"][-1]["result"]["reason"]
    unpinned = move(newer, "unpin")
    after = newer.retrain(force=True)

    assert (pinned.status, pinned.body["pinned"]) == (200, before)
    assert (run["outcome"], refused.status) == ("Superseded", 409)
    assert f"version {before} is pinned by token local" in run["reason"]
    assert "nightswap promote" in waiting
    assert (unpinned.status, unpinned.body["pinned"]) == (200, None)
    assert after["outcome"] == "Promoted"
    assert live(newer) == served(newer) > before


def test_version_whose_package_was_tampered_with_is_not_made_live(newer: LocalUp) -> None:
    before = newer.live()
    store = newer.client("s3")
    bucket = next(each["Name"] for each in store.list_buckets()["Buckets"] if "nightswap-local" in each["Name"])
    key = f"models/{MODEL}/versions/000001/package.zip"
    package = store.get_object(Bucket=bucket, Key=key)["Body"].read()
    store.put_object(Bucket=bucket, Key=key, Body=package + b"x")

    refused = newer.clone.nightswap("rollback", "--to", "1", "--reason", "why not")
    store.put_object(Bucket=bucket, Key=key, Body=package)

    assert refused.returncode == 1
    assert "VersionUnfit" in refused.stderr
    assert "is not the one that was published" in refused.stderr.replace("\n", " ")
    assert newer.live() == before


def test_moves_that_cannot_be_are_refused(newer: LocalUp) -> None:
    before = newer.live()

    answers = [
        newer.call("POST", f"/models/{MODEL}/rollback", {}),
        move(newer, "rollback", to=999),
        move(newer, "versions/999/promote"),
        newer.call("POST", "/models/nobody/rollback", WHY),
        newer.call("POST", f"/models/{MODEL}/rollback", WHY, token=""),
        newer.call("POST", f"/models/{MODEL}/rollback", WHY, token="wrong"),
    ]

    assert [each.status for each in answers] == [400, 404, 404, 404, 401, 403]
    assert newer.live() == before
