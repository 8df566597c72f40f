"""The local AWS, its workers and its executions are ended at the worst moments; the live model stays."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

from chalicelib.runs.runs import STATES
from tests.clone import LocalUp, until
from tests.faults.processes import processes_in, worker

ATTACK = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"


def start(up: LocalUp) -> str:
    answer = up.call("POST", "/retrain", {"force": True})
    assert answer.status == 202, answer
    return str(answer.body["run"])


def wait_for_state(up: LocalUp, run: str, state: str) -> None:
    """Until the run is in the state, or past it."""

    def reached() -> bool:
        found = up.call("GET", f"/runs/{run}").body
        return found["status"] == "ended" or any(each["state"] == state for each in found["states"])

    until(reached, what=f"{run} to reach {state}", log=lambda: str(up.call("GET", f"/runs/{run}").body))


def prediction(up: LocalUp) -> Any:
    answer = up.call("GET", ATTACK)
    assert answer.status == 200, answer
    return answer.body


def test_ctrl_c_in_the_middle_of_a_retrain_loses_nothing_and_leaves_nothing_running(up: LocalUp, data: Path) -> None:
    before = up.live()
    run = start(up)
    wait_for_state(up, run, "Train")

    code = up.interrupt()
    left = processes_in(up.clone.folder)
    again = up.clone.up("--data", str(data)).serving()

    assert code in {0, 130}
    assert left == []
    assert "Traceback" not in up.said
    ended = again.call("GET", f"/runs/{run}").body
    assert ended["outcome"] in {"RetrainFailed", "Promoted"}
    assert f"run {run} failed" in again.said or ended["outcome"] == "Promoted"
    assert again.live()["model_version"] >= before["model_version"]
    assert prediction(again)["label"] == "attack"
    assert again.retrain(force=True)["outcome"] == "Promoted"
    again.interrupt()


def test_kill_9_of_the_local_aws_in_the_middle_of_a_retrain_loses_nothing(up: LocalUp, data: Path) -> None:
    before = up.live()
    run = start(up)
    wait_for_state(up, run, "Train")

    os.kill(up.server_pid, signal.SIGKILL)
    code = up.process.wait(timeout=30)
    again = up.clone.up("--data", str(data)).serving()

    assert code == 1
    assert again.call("GET", f"/runs/{run}").body["outcome"] in {"RetrainFailed", "Promoted"}
    assert again.live()["model_version"] >= before["model_version"]
    assert prediction(again)["label"] == "attack"
    assert again.retrain(force=True)["outcome"] == "Promoted"
    again.interrupt()


def test_what_the_local_aws_lost_is_restored_from_the_registry(up: LocalUp) -> None:
    before, predicted = up.live(), prediction(up)
    up.interrupt()

    shutil.rmtree(up.clone.folder / ".nightswap" / "aws")
    again = up.clone.up().serving()

    assert f"restored kdd99-http version {before['model_version']} from the registry" in again.said
    assert prediction(again) == predicted
    moves = again.call("GET", "/models/kdd99-http").body["last_move"]
    assert (moves["kind"], moves["model_version"]) == ("restored", before["model_version"])
    again.interrupt()


def test_a_worker_killed_while_training_is_tried_again(shared_up: LocalUp) -> None:
    run = start(shared_up)
    wait_for_state(shared_up, run, "Train")
    process = worker(shared_up, "nightswap-local-train")
    assert process is not None

    os.kill(process, signal.SIGKILL)
    ended = shared_up.ended(run)

    assert ended["outcome"] == "Promoted", ended


def test_an_execution_stopped_in_any_state_leaves_the_live_model_serving(shared_up: LocalUp) -> None:
    for state in STATES:
        run = start(shared_up)
        wait_for_state(shared_up, run, state)
        stopped = shared_up.call("POST", f"/runs/{run}/stop")
        ended = shared_up.ended(run)

        assert stopped.status == 202
        assert ended["outcome"] in {"RetrainFailed", "Promoted"}, ended
        assert prediction(shared_up)["label"] == "attack"
        weights = shared_up.live()["weights"]
        assert weights == {}
    assert shared_up.retrain(force=True)["outcome"] == "Promoted"


def test_a_forced_run_ends_superseded_while_another_holds_the_lease(shared_up: LocalUp) -> None:
    first = start(shared_up)
    wait_for_state(shared_up, first, "Train")
    second = start(shared_up)

    ended = [shared_up.ended(run) for run in (first, second)]

    assert [each["outcome"] for each in ended] == ["Promoted", "Superseded"]
    assert first in ended[1]["reason"]


def test_a_second_local_up_in_one_clone_says_which_process_is_in_the_way(shared_up: LocalUp) -> None:
    second = shared_up.clone.nightswap("local", "up", "--once")

    assert second.returncode == 1
    assert str(shared_up.server_pid) in second.stderr
    assert "nightswap local down" in second.stderr


def test_local_down_stops_it_and_a_second_start_goes_on_with_nothing_new(up: LocalUp) -> None:
    done = up.clone.nightswap("local", "down")
    up.process.wait(timeout=30)
    again = up.clone.nightswap("local", "up", "--once")

    assert done.returncode == 0
    assert again.returncode == 0
    assert "NothingNew" in again.stdout
    assert re.search(r"live: kdd99-http version 1\b", again.stdout)
    assert processes_in(up.clone.folder) == []
