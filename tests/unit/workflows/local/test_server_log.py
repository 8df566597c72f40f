from __future__ import annotations

import os
from pathlib import Path

from tests.full_disk import no_room
from workflows.local.server_log import WAITING, ServerLog


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
