"""One clone, and one local AWS in it, for the end-to-end tests."""

from __future__ import annotations

import os
import sys
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


@pytest.fixture
def shell(up: LocalUp, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a terminal in the clone: `nightswap` on the path, and for stage prod an account that is
    the local AWS under its address, as a user's profile would name a real one."""
    for name, command in (("nightswap", "python -m workflows.cli"), ("chalice", "chalice")):
        script = tmp_path / name
        script.write_text(f'#!/bin/sh\nexec {Path(sys.executable).parent}/{command} "$@"\n')
        script.chmod(0o755)
    yield up.clone.environment | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": up.endpoint,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TOKEN": up.token,
    }
