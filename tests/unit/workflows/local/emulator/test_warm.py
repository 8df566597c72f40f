from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from workflows.local.emulator.warm import VERSIONS, acquiring, cold


@dataclass
class Process:
    last_used: float
    in_use: bool = False


def pools(*used: float, function: str = "serve") -> dict[str, list[Process]]:
    return {f"0:r:{function}:{number}": [Process(moment)] for number, moment in enumerate(used, 1)}


def test_versions_asked_last_keep_their_processes() -> None:
    assert cold(pools(5, 1, 4, 2, 3, 6)) == ["0:r:serve:2", "0:r:serve:4"]


def test_function_that_is_at_work_is_not_ended_however_old() -> None:
    going = pools(*range(VERSIONS + 1))
    going["0:r:serve:1"][0].in_use = True

    assert cold(going) == []


def test_functions_do_not_count_for_each_other() -> None:
    assert cold(pools(*range(VERSIONS)) | pools(*range(VERSIONS), function="train")) == []


def test_acquiring_a_process_ends_the_cold_ones() -> None:
    held: dict[str, list[Process]] = pools(*range(VERSIONS))
    ended: list[Any] = []

    def acquire(name: str) -> str:
        held["0:r:serve:9"] = [Process(99, in_use=True)]
        return name

    found = acquiring(acquire, pools=held, end=ended.extend, lock=threading.Lock())("serve")

    assert found == "serve"
    assert ended == [Process(0)]
    assert len(held) == VERSIONS
