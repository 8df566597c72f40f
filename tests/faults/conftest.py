"""A clone of its own for every test that breaks it, and one for those that do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import http_connections
from tests.clone import Clone, LocalUp

ROWS = 150_000
"""Enough for training to take long enough to be interrupted."""


def made(folder: Path) -> Clone:
    """A clone whose API takes whatever it is asked: what breaks here is not its throttle."""
    clone = Clone(folder)
    clone.set("NIGHTSWAP_REQUESTS_PER_SECOND", "10000")
    clone.set("NIGHTSWAP_BURST", "5000")
    return clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return made(tmp_path)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "night1.csv.gz"
    return http_connections.write(file, http_connections.rows(normal=ROWS))


@pytest.fixture(scope="session")
def few_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As little as a model is promoted on, for a retrain of half a second."""
    file = tmp_path_factory.mktemp("few") / "night1.csv.gz"
    return http_connections.write(file, http_connections.rows(normal=600, attacks=600))


@pytest.fixture(scope="module")
def shared_up(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[LocalUp]:
    started = made(tmp_path_factory.mktemp("shared")).up("--data", str(data)).serving()
    yield started
    started.interrupt()


@pytest.fixture
def up(clone: Clone, data: Path) -> Iterator[LocalUp]:
    started = clone.up("--data", str(data)).serving()
    yield started
    if started.process.poll() is None:
        started.interrupt()
