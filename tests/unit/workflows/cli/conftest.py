from __future__ import annotations

import pytest

from workflows.cli.screen import console


@pytest.fixture(autouse=True)
def wide_screen() -> None:
    """Lines are as long as they are; a test of a narrow screen sets its own width."""
    console.width = 200
