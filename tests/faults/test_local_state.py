"""The saved state of the local AWS is damaged, or held while it is loaded: `make run` predicts all the same, and
registry and ledger lose nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import http_connections
from tests.clone import Clone
from tests.given import local_aws
from tests.held import Held
from workflows.local.process import LocalAws
from workflows.local.state.state_folder import StateFolder

HOLDS = {0.0: 1, 0.1: 10, 0.2: 3, 0.3: 4, 0.5: 5, 0.7: 3, 1.0: 3, 1.5: 6}
"""Seconds after which a server is held, and for how many."""
KEPT_FOR_EVER = ("ledger/", "models/")
UP_ONCE = ("local", "up", "--once", "--port", "0")
SPIN = "while True: pass"
ON_ONE_CORE = "import os, sys; os.sched_setaffinity(0, {0}); os.execv(sys.argv[1], sys.argv[1:])"
KILL_AFTER_SECONDS = (0.5, 1.5, 3.0)
"""After the start of the server, while the stage is being deployed for the first time."""


class Record:
    """What may never be lost: the objects of registry and ledger, byte for byte."""

    def __init__(self, state: Path) -> None:
        buckets = [bucket for account in (state / "s3").glob("[0-9]*") for bucket in account.iterdir()]
        self._objects = {
            str(path.relative_to(bucket)): path.read_bytes()
            for bucket in buckets
            for kept in KEPT_FOR_EVER
            for path in (bucket / kept).rglob("*")
            if path.is_file() and not path.name.endswith(".meta.json") and path.name != "judged.json"
        }

    def lost(self, now: Record) -> set[str]:
        assert self._objects, "there was nothing to lose"
        return {key for key, body in self._objects.items() if now._objects.get(key) != body}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone whose local AWS was stopped after a promotion."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    data = http_connections.write(clone.folder / "night1.csv", http_connections.rows())
    predicts(clone, "--data", str(data))
    shutil.copytree(clone.folder / ".nightswap", clone.folder / "kept")
    return clone


@pytest.fixture
def clone(trained: Clone) -> Iterator[Clone]:
    """The trained one, as it was."""
    shutil.rmtree(trained.folder / ".nightswap")
    shutil.copytree(trained.folder / "kept", trained.folder / ".nightswap")
    before = Record(trained.folder / ".nightswap")
    yield trained
    assert before.lost(Record(trained.folder / ".nightswap")) == set()


def predicts(clone: Clone, *options: str) -> str:
    """`make run ONCE=1`, which has to end well; returns what it said."""
    done = clone.nightswap(*UP_ONCE, *options)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "live: kdd99-http version 1" in said
    assert "answered 200" in said
    return said


def remove(clone: Clone, service: str) -> None:
    """Remove what a service saved, and its copy."""
    for folder in (clone.folder / ".nightswap" / "aws", clone.folder / ".nightswap" / "aws" / "previous"):
        (folder / f"{service}.json").unlink()


@pytest.mark.parametrize(
    ("service", "made_again"),
    [
        ("lambda", "EvaluateFunction"),
        ("iam", "EvaluateRole"),
        ("s3", "BucketPolicy"),
        ("cloudformation", ""),
    ],
)
def test_service_of_which_all_is_lost_is_told_and_made_again_and_the_model_predicts(
    clone: Clone, service: str, made_again: str
) -> None:
    remove(clone, service)

    said = predicts(clone)

    assert f"saved state: {service}.json is missing" in said
    assert made_again in said
    assert ("restored kdd99-http version 1" in said) == (service in {"lambda", "iam", "cloudformation"})


def test_damaged_files_that_have_copies_are_told_and_nothing_is_made_again(clone: Clone) -> None:
    for number, path in enumerate(sorted((clone.folder / ".nightswap" / "aws").glob("*.json"))):
        if path.name != "manifest.json":
            path.write_bytes((b"", b"\0" * 100, path.read_bytes()[:-1], b"no JSON")[number % 4])

    said = predicts(clone)

    assert "lambda.json is damaged" in said
    assert "made again" not in said
    assert "restored" not in said


def test_state_that_an_older_nightswap_emptied_is_made_again(clone: Clone) -> None:
    """What L1 left behind: whole files of services that know nothing, under stacks that are complete."""
    aws = clone.folder / ".nightswap" / "aws"
    (aws / "manifest.json").unlink()
    shutil.rmtree(aws / "previous")
    for service in ("lambda", "iam", "eventbridge", "stepfunctions"):
        (aws / f"{service}.json").write_text(json.dumps({"__ministack_format__": 2, "payload": {}}))

    said = predicts(clone)

    assert "; made again" in said
    assert "restored kdd99-http version 1 from the registry" in said


def test_server_held_at_any_moment_of_its_loading_keeps_every_service(clone: Clone, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda hold: _held(clone, tmp_path / str(hold[0]), *hold), HOLDS.items()))

    assert ended == ["1"] * len(HOLDS)


def _held(clone: Clone, state: Path, after_seconds: float, for_seconds: float) -> str:
    """The function version that is live after a start that was held, a checkpoint, a stop and a second start."""
    shutil.copytree(clone.folder / ".nightswap", state)
    with (
        Held(StateFolder(state), after_seconds=after_seconds, for_seconds=for_seconds),
        LocalAws.start(clone.folder, state=state, short_port=0) as started,
    ):
        _live(started)
        time.sleep(for_seconds + 3)  # the checkpoint has its turn
    with LocalAws.start(clone.folder, state=state, short_port=0) as again:
        assert again.told == ()
        return _live(again)


def _live(started: LocalAws) -> str:
    functions = local_aws.client("lambda", endpoint=started.endpoint)
    alias = functions.get_alias(FunctionName="nightswap-local-serve-kdd99-http", Name="live")
    return str(alias["FunctionVersion"])


def test_one_busy_core_loses_nothing(clone: Clone) -> None:
    core = str(min(os.sched_getaffinity(0)))
    program = ON_ONE_CORE.replace("{0}", f"{{{core}}}")
    with subprocess.Popen([sys.executable, "-c", program, sys.executable, "-c", SPIN]) as hog:
        try:
            for _ in range(2):
                done = subprocess.run(
                    [sys.executable, "-c", program, sys.executable, "-m", "workflows.cli", *UP_ONCE],
                    cwd=clone.folder,
                    env=clone.environment,
                    capture_output=True,
                    text=True,
                    timeout=200,
                )
                assert done.returncode == 0, done.stdout + done.stderr
                assert "saved state" not in done.stdout
                assert "made again" not in done.stderr
        finally:
            hog.kill()


def test_kills_in_the_middle_of_the_first_deployment_are_healed_by_the_next(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    data = http_connections.write(clone.folder / "night1.csv", http_connections.rows())
    for moment in KILL_AFTER_SECONDS:
        up = clone.up("--once", "--port", "0")
        folder = StateFolder(clone.folder / ".nightswap")
        while not (folder.path.exists() and (pid := folder.owner())):
            assert up.process.poll() is None, up.said
            time.sleep(0.01)
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
        up.process.wait(timeout=60)

    predicts(clone, "--data", str(data))
