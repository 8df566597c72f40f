"""A terminal in the clone that `make run` was given in."""

from __future__ import annotations

import subprocess

from tests.clone import Clone


def run(clone: Clone, line: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=clone.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
