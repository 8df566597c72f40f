from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.full_disk import no_room
from workflows.local.server_log import LIMIT_BYTES, WAITING, ServerLog

ROOT = Path(__file__).parents[4]


def server_log(folder: Path, *, limit_bytes: int) -> tuple[ServerLog, int]:
    log = folder / "log"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
    return ServerLog(
        log, previous=folder / "previous", descriptors=(descriptor,), limit_bytes=limit_bytes
    ), descriptor


def test_log_at_its_limit_becomes_the_previous_one_and_a_new_one_begins(tmp_path: Path) -> None:
    stream, descriptor = server_log(tmp_path, limit_bytes=20)

    for number in range(7):
        print(f"line {number} äß", file=stream)
    os.close(descriptor)

    assert (tmp_path / "previous").read_text() == "line 4 äß\nline 5 äß\n"
    assert (tmp_path / "log").read_text() == "line 6 äß\n"


def test_line_that_finds_no_room_waits_for_it(tmp_path: Path) -> None:
    stream, descriptor = server_log(tmp_path, limit_bytes=1000)

    print("before", file=stream)
    with no_room():
        print("meanwhile", file=stream)
    print("afterwards", file=stream)
    os.close(descriptor)

    assert (tmp_path / "log").read_text() == "before\nmeanwhile\nafterwards\n"


def test_disk_that_stays_full_costs_lines_and_no_memory() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    stream = ServerLog(Path("/dev/full"), previous=Path("nowhere"), descriptors=(descriptor,))

    for _ in range(WAITING):
        print("nobody reads this", file=stream, flush=True)
    os.close(descriptor)

    assert len(stream._waiting) == WAITING


def test_text_that_is_no_unicode_is_written_all_the_same(tmp_path: Path) -> None:
    stream, descriptor = server_log(tmp_path, limit_bytes=1000)

    print("a lone surrogate: \udcff", file=stream)
    os.close(descriptor)

    assert (tmp_path / "log").read_text() == "a lone surrogate: \\udcff\n"


SERVER = """
import os, sys
from pathlib import Path
from workflows.local.server_log import LIMIT_BYTES, install

install(Path(sys.argv[1]), previous=Path(sys.argv[2]))
print("old" + "." * LIMIT_BYTES)
print("new", flush=True)
print("error", file=sys.stderr)
os.write(1, b"of a child\\n")
os.write(2, b"and its errors\\n")
"""


def test_all_that_a_server_and_its_children_print_goes_to_the_new_log(tmp_path: Path) -> None:
    log, previous = tmp_path / "log", tmp_path / "previous"
    with log.open("wb") as output:
        subprocess.run(
            [sys.executable, "-c", SERVER, log, previous], cwd=ROOT, stdout=output, stderr=output, check=True
        )

    assert log.read_text() == "new\nerror\nof a child\nand its errors\n"
    assert previous.stat().st_size > LIMIT_BYTES


def test_server_that_prints_elsewhere_prints_there(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()

    for path in (log, tmp_path / "none"):
        done = subprocess.run(
            [sys.executable, "-c", SERVER, path, tmp_path / "previous"], cwd=ROOT, capture_output=True, check=True
        )
        assert done.stdout.endswith(b"new\nof a child\n") and done.stderr == b"error\nand its errors\n"
    assert log.read_bytes() == b""
