"""One clone, and one local AWS in it, for the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import http_connections
from tests.clone import Clone, LocalUp


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="session")
def good_data(clone: Clone) -> Path:
    return http_connections.write(clone.folder / "night1.csv.gz", http_connections.rows())


@pytest.fixture(scope="session")
def up(clone: Clone, good_data: Path) -> Iterator[LocalUp]:
    """`make run` with a good first retrain behind it."""
    started = clone.make_run(f"DATA={good_data}").serving()
    yield started
    started.interrupt()
