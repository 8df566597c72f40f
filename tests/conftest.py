"""For all suites: nothing depends on how busy the machine is, or on the order of the files.

`ORDER=7` shuffles the files by that seed; the tests of one file keep their order.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

ORDER = os.environ.get("ORDER")


def pytest_report_header() -> str | None:
    return f"the files' order: shuffled by seed {ORDER}" if ORDER else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if ORDER:
        files: list[Path] = sorted({item.path for item in items})
        random.Random(ORDER).shuffle(files)
        items.sort(key=lambda item: files.index(item.path))
