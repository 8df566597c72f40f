"""The CI workflow against GitHub's schema; tests/contract/test_workflow_file.py has what no schema can say."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clone import ROOT
from tests.container.conftest import TOOLS

WORKFLOW = ROOT / ".github/workflows/nightswap.yml"


def check(file: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [TOOLS / "bin/check-jsonschema", "--builtin-schema", "vendor.github-workflows", file]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_workflow_fits_the_schema() -> None:
    done = check(WORKFLOW)

    assert done.returncode == 0, done.stdout + done.stderr


def test_misspelt_key_does_not(tmp_path: Path) -> None:
    wrong = tmp_path / "nightswap.yml"
    wrong.write_text(WORKFLOW.read_text().replace("timeout-minutes", "timeout-minute", 1))

    done = check(wrong)

    assert done.returncode == 1
    assert "timeout-minute" in done.stdout
