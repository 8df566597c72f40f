"""How the local AWS starts, is found and ends, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import LocalAwsFailed
from workflows.local.process import LocalAws

CLONE = Path(__file__).parents[3]
EMULATOR = CLONE / ".venv-emulator" / "bin" / "python"
STOP_SECONDS = 5.0

SLEEPER = """
import os, pathlib, time
def handler(event, context):
    pathlib.Path(os.environ["NOTE"]).write_text(str(os.getpid()))
    time.sleep(25)
"""

Start = Callable[..., LocalAws]
Eventually = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def busy(
    start_local_aws: Start,
    clients: Callable[..., Any],
    create_function: Callable[..., str],
    start_execution: Callable[..., str],
    eventually: Eventually,
    tmp_path: Path,
) -> tuple[LocalAws, int]:
    """A local AWS of which an execution is in a function that sleeps, and the function's process."""
    aws = start_local_aws()
    note = tmp_path / "process"
    arn = create_function(aws, "sleeper", SLEEPER, Environment={"Variables": {"NOTE": str(note)}})
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}]
    start_execution(aws, "long", {"Sleep": {"Type": "Task", "Resource": arn, "Retry": retry, "End": True}})
    return aws, int(eventually(lambda: note.exists() and note.read_text()))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_it_at_once_and_with_code_0(start_local_aws: Start, how: signal.Signals) -> None:
    aws = start_local_aws()

    os.kill(aws.pid, how)

    assert os.waitstatus_to_exitcode(os.waitpid(aws.pid, 0)[1]) == 0
    aws.stop()
    assert not aws.alive


def test_stop_does_not_wait_for_a_running_function(busy: tuple[LocalAws, int]) -> None:
    aws, function = busy
    began = time.monotonic()

    aws.stop()

    assert time.monotonic() - began < STOP_SECONDS
    assert not _exists(aws.pid)
    assert not _exists(function)
    assert list(aws.folder.scratch.iterdir()) == []


def test_kill_takes_the_functions_along_and_the_next_start_reports_the_execution(
    busy: tuple[LocalAws, int], start_local_aws: Start, clients: Callable[..., Any], eventually: Eventually
) -> None:
    aws, function = busy
    saved = aws.folder.aws / "stepfunctions.json"
    eventually(lambda: saved.exists() and "RUNNING" in saved.read_text())

    os.kill(aws.pid, signal.SIGKILL)

    eventually(lambda: not _exists(function))
    aws.stop()
    with start_local_aws(state=aws.folder.path) as again:
        assert _outcome(again, clients) == ("FAILED", "States.ServiceRestart")


def test_stop_leaves_the_execution_to_the_next_start(
    busy: tuple[LocalAws, int], start_local_aws: Start, clients: Callable[..., Any]
) -> None:
    busy[0].stop()

    with start_local_aws(state=busy[0].folder.path) as again:
        assert _outcome(again, clients) == ("FAILED", "States.ServiceRestart")


def test_it_ends_with_the_command_that_started_it(tmp_path: Path, eventually: Eventually) -> None:
    program = (
        "import os; from pathlib import Path; from workflows.local.process import LocalAws; "
        f"LocalAws.start(Path({str(CLONE)!r}), short_port=0, state=Path({str(tmp_path)!r})); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=CLONE, stderr=subprocess.DEVNULL)

    eventually(lambda: LocalAws.running(CLONE, state=tmp_path) is None)


def test_running_one_is_found_and_stopped_from_elsewhere(start_local_aws: Start) -> None:
    aws = start_local_aws()

    found = LocalAws.running(CLONE, state=aws.folder.path)
    assert found is not None
    reaper = threading.Thread(target=aws.stop)  # as its own command does, when it sees it end
    found.stop()
    reaper.start()
    reaper.join()

    assert (found.pid, found.endpoint, found.short_url) == (aws.pid, aws.endpoint, aws.short_url)
    assert LocalAws.running(CLONE, state=aws.folder.path) is None


def test_second_start_names_the_first_and_how_to_stop_it(local_aws: LocalAws, start_local_aws: Start) -> None:
    with pytest.raises(LocalAwsFailed, match=f"process {local_aws.pid}.*nightswap local down"):
        start_local_aws(state=local_aws.folder.path)


def test_of_two_simultaneous_starts_one_wins(tmp_path: Path, start_local_aws: Start) -> None:
    def attempt(_: int) -> LocalAws | LocalAwsFailed:
        try:
            return start_local_aws(state=tmp_path)
        except LocalAwsFailed as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(attempt, range(2)))

    started = [each for each in ended if isinstance(each, LocalAws)]
    for each in started:
        each.stop()
    assert len(started) == 1


def test_running_one_whose_record_is_damaged_is_stopped_all_the_same(start_local_aws: Start) -> None:
    aws = start_local_aws()
    (aws.folder.path / "local.json").write_bytes(b"")

    assert LocalAws.running(CLONE, state=aws.folder.path) is None
    found = LocalAws.holding(CLONE, state=aws.folder.path)
    assert found is not None
    reaper = threading.Thread(target=aws.stop)
    reaper.start()
    found.stop()
    reaper.join()

    assert not aws.alive
    assert LocalAws.holding(CLONE, state=aws.folder.path) is None


def test_taken_short_port_is_replaced_by_a_free_one(start_local_aws: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        with start_local_aws(short_port=taken) as aws:
            assert aws.moved
            assert aws.short_port != taken


def test_free_short_port_is_the_wanted_one(start_local_aws: Start) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]

    with start_local_aws(short_port=free) as aws:
        assert (aws.short_port, aws.moved) == (free, False)


@pytest.mark.parametrize("which", ["endpoint", "short_url"])
def test_it_listens_at_127_0_0_1_alone(local_aws: LocalAws, which: str) -> None:
    port = int(getattr(local_aws, which).rpartition(":")[2])

    with socket.socket() as other:
        other.settimeout(1)
        assert other.connect_ex(("127.0.0.2", port)) != 0  # a server at all addresses would answer here


def test_other_emulator_version_is_refused(tmp_path: Path) -> None:
    distribution = tmp_path / "ministack-9.9.9.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n")

    done = _server(tmp_path / "state", environ={"PYTHONPATH": f"{tmp_path}:{CLONE}"})

    assert done.returncode == 3
    assert "needs ministack 1.5.33 exactly and found 9.9.9: run `make setup`" in done.stderr


def test_server_refuses_a_state_in_use(local_aws: LocalAws) -> None:
    done = _server(local_aws.folder.path, environ={"PYTHONPATH": str(CLONE)})

    assert done.returncode == 4
    assert f"process id {local_aws.pid}" in done.stderr


def test_missing_environment_is_reported_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsFailed, match="make setup"):
        LocalAws.start(tmp_path)


def test_start_that_fails_shows_the_end_of_the_log(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    (clone / ".venv-emulator" / "bin").mkdir(parents=True)
    broken = clone / ".venv-emulator" / "bin" / "python"
    broken.write_text("#!/bin/sh\necho the disk is full\nexit 9\n")
    broken.chmod(0o755)

    with pytest.raises(LocalAwsFailed, match=r"(?s)ended with 9.*the disk is full.*make setup"):
        LocalAws.start(clone)


def _server(state: Path, *, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(EMULATOR), "-m", "workflows.local.server", "--socket", "1", "--short-socket", "2"]
    command += ["--state", str(state), "--function-python", sys.executable, "--idle-seconds", "60"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)


def _outcome(aws: LocalAws, clients: Callable[..., Any]) -> tuple[str, str]:
    states = clients(aws, "stepfunctions")
    machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    execution = states.list_executions(stateMachineArn=machine)["executions"][0]["executionArn"]
    described = states.describe_execution(executionArn=execution)
    return described["status"], described.get("error", "")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")  # where nobody collects it, an ended process stays as a zombie
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
