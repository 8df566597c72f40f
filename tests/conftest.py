"""For all suites: nothing depends on how busy the machine is, on its time zone, or on the order of the files.

Local time is not UTC, and differs from it by no whole number of hours, so that a forgotten time zone is seen.

Linear algebra has one thread, as in a function of one vCPU: pytest has a process for each core already, and the
threads of both would wait for each other longer than they compute.

Nor do the names of tests change from process to process, as those of compressed bytes would: they hold their time.

Properties are tried on the same examples each time, so that a verdict is the code's and no draw's; `EXPLORE=1`, which
`make test-all` sets, draws others.

`ORDER=7` shuffles the files by that seed; the tests of one file keep their order.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="EXPLORE" not in os.environ,
)
settings.load_profile("any machine")

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()

ORDER = os.environ.get("ORDER")


def pytest_report_header() -> str | None:
    return f"the files' order: shuffled by seed {ORDER}" if ORDER else None


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if ORDER:
        files: list[Path] = sorted({item.path for item in items})
        random.Random(ORDER).shuffle(files)
        items.sort(key=lambda item: files.index(item.path))
