from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workflows.local.state.state_folder import FolderInUse, StateFolder

OWN = (
    "import sys; from pathlib import Path; from workflows.local.state.state_folder import StateFolder; "
    "StateFolder(Path(sys.argv[1])).own(); print('own', flush=True); sys.stdin.read()"
)
SERVER = {"pid": 7, "endpoint": "http://127.0.0.1:1", "short_url": "http://127.0.0.1:2", "wanted": 8000}
CLONE = Path(__file__).parents[5]


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.prepare()
    return folder


def test_nobody_owns_a_new_folder(folder: StateFolder) -> None:
    assert folder.owner() is None


def test_folder_belongs_to_its_process_until_that_is_killed(folder: StateFolder) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWN, str(folder.path)], cwd=CLONE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()

        owner = folder.owner()
        with pytest.raises(FolderInUse, match=f"process id {other.pid}"):
            folder.own()
        other.kill()

    assert owner == other.pid
    assert folder.owner() is None


def test_folder_of_a_killed_server_has_no_owner_however_many_ask_at_once(folder: StateFolder) -> None:
    (folder.path / "server.lock").write_text("1234567890")

    with ThreadPoolExecutor(4) as pool:
        owners = set(pool.map(lambda _: folder.owner(), range(4000)))

    assert owners == {None}


def test_id_of_a_killed_server_is_not_taken_for_that_of_the_one_that_has_just_taken_its_folder(
    folder: StateFolder,
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as killed:
        pass
    descriptor = os.open(folder.path / "server.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    owners = set()
    for written in (str(killed.pid), "9" * 30, ""):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, written.encode(), 0)
        owners.add(folder.owner())
    os.close(descriptor)

    assert owners == {0}


def test_folder_is_taken_while_others_ask_who_owns_it(folder: StateFolder) -> None:
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            folder.owner()

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(ask)
        try:
            for _ in range(20):
                subprocess.run(
                    [sys.executable, "-c", OWN, str(folder.path)], cwd=CLONE, stdin=subprocess.DEVNULL, check=True
                )
        finally:
            over.set()


def test_owner_writes_its_id(folder: StateFolder) -> None:
    (folder.path / "server.lock").write_text("1234567890")

    folder.own()

    assert (folder.path / "server.lock").read_text() == str(os.getpid())


def test_sweep_empties_the_scratch_folder_and_nothing_else(folder: StateFolder) -> None:
    (folder.scratch / "package" / "code").mkdir(parents=True)
    (folder.aws / "lambda.json").write_text("{}")

    folder.sweep()

    assert list(folder.scratch.iterdir()) == []
    assert (folder.aws / "lambda.json").exists()


def test_what_is_recorded_is_read_back_until_it_is_forgotten(folder: StateFolder) -> None:
    folder.record(SERVER)
    recorded = folder.recorded()

    folder.forget()

    assert (recorded, folder.recorded()) == (SERVER, None)


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"[" * 100_000, b"null", b"[]", b"7", b"{}", b'{"pid": 7}', b"\xff\x00"]
)
def test_damaged_record_counts_as_none(folder: StateFolder, damaged: bytes) -> None:
    (folder.path / "local.json").write_bytes(damaged)

    assert folder.recorded() is None
