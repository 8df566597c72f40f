"""The canary on the local AWS: a share of real traffic, counted by version, and the way back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import http_connections
from tests.clone import Clone, LocalUp, until

QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"
BAKE_SECONDS = 5
ROLLOUT = f"    rollout=[Shift(0.5, seconds={BAKE_SECONDS})],\n    thresholds=["
SICK = '''

_well, _asked = handler, []


def handler(event: object, context: object) -> dict[str, object]:
    """Falls ill when it is used: after more questions than a replay asks."""
    _asked.append(event)
    if len(_asked) > 15:
        raise MemoryError("too many questions")
    return _well(event, context)
'''


def with_a_canary(folder: Path) -> Clone:
    """A clone whose recipe has one."""
    made = Clone(folder)
    recipe = made.folder / "lambdas" / "recipes" / "kdd99_http.py"
    text = recipe.read_text()
    assert "    thresholds=[" in text
    recipe.write_text(text.replace("Numeric, Recipe", "Numeric, Recipe, Shift").replace("    thresholds=[", ROLLOUT))
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return http_connections.write(tmp_path_factory.mktemp("data") / "night1.csv.gz", http_connections.rows())


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return with_a_canary(tmp_path)


@pytest.fixture(scope="module")
def shared_up(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[LocalUp]:
    started = with_a_canary(tmp_path_factory.mktemp("canary")).up("--data", str(data)).serving()
    yield started
    started.interrupt()


@contextmanager
def traffic(up: LocalUp) -> Iterator[Counter[tuple[int, int | None]]]:
    """Predictions all the time; yields how many came by status and model version."""
    counted: Counter[tuple[int, int | None]] = Counter()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            answer = up.call("GET", QUERY)
            counted[(answer.status, answer.body.get("model_version"))] += 1
            time.sleep(0.01)

    client = threading.Thread(target=ask)
    client.start()
    try:
        yield counted
    finally:
        over.set()
        client.join()


def baking(up: LocalUp) -> str:
    """A run whose candidate has its share of the traffic."""
    run = str(up.call("POST", "/retrain", {"force": True}).body["run"])
    until(lambda: bool(up.live()["weights"]), what="a share for the candidate", log=lambda: str(up.live()))
    return run


def history(up: LocalUp) -> list[Any]:
    return list(up.clone.json("history"))


def test_a_healthy_candidate_gets_its_share_of_the_traffic_and_then_all_of_it(shared_up: LocalUp) -> None:
    before = shared_up.live()["model_version"]
    with traffic(shared_up) as counted:
        run = shared_up.retrain(force=True)

    assert run["outcome"] == "Promoted", run
    assert {status for status, _ in counted} == {200}
    assert {version for _, version in counted} == {before, before + 1}
    assert "invocations of the new version" in run["reason"]
    assert [move["kind"] for move in history(shared_up)][:2] == ["promoted", "shifted"]


def test_without_traffic_the_replay_decides_and_the_run_says_so(shared_up: LocalUp) -> None:
    run = shared_up.retrain(force=True)

    assert run["outcome"] == "Promoted", run
    assert "nothing to compare, so the replay decides" in str(run["states"])


def test_a_candidate_that_falls_ill_in_use_is_rolled_back_and_not_tried_again(up: LocalUp) -> None:
    serving = up.clone.folder / "lambdas" / "serve" / "handler.py"
    serving.write_text(serving.read_text() + SICK)
    deployed = up.clone.nightswap("deploy")
    assert deployed.returncode == 0, deployed.stderr

    with traffic(up) as counted:
        run = up.retrain()
    live = up.live()
    again = up.retrain(force=True)

    assert run["outcome"] == "RolledBack", run
    assert "failed" in run["reason"]
    assert (live["model_version"], live["weights"]) == (1, {})
    assert counted[(200, 1)] > 0
    assert {status for status, _ in counted} == {200, 503}  # its share failed, until it was taken back
    assert again["outcome"] == "NothingNew"
    assert "quarantined" in again["reason"]
    assert up.call("GET", QUERY).status == 200


def test_stopping_a_run_gives_the_share_back(shared_up: LocalUp) -> None:
    before = shared_up.live()["model_version"]
    run = baking(shared_up)

    shared_up.call("POST", f"/runs/{run}/stop")
    ended = shared_up.ended(run)
    until(
        lambda: not shared_up.live()["weights"],
        what="all traffic to the live version",
        log=lambda: str(shared_up.live()),
    )

    assert ended["outcome"] == "RetrainFailed"
    assert shared_up.live()["model_version"] == before


def test_a_rollback_in_the_middle_of_a_canary_takes_the_candidate_off(up: LocalUp) -> None:
    run = baking(up)

    answer = up.call("POST", "/models/kdd99-http/rollback", {"reason": "it looks wrong", "to": 1})
    ended = up.ended(run)

    assert answer.status == 200, answer
    assert ended["outcome"] == "Superseded", ended
    assert (up.live()["model_version"], up.live()["weights"]) == (1, {})
