from __future__ import annotations

import pytest

from tests.fakes.stage import FakeStage
from workflows.cli.screen import console


@pytest.fixture(autouse=True)
def wide_screen() -> None:
    """Lines are as long as they are; a test of a narrow screen sets its own width."""
    console.width = 200


@pytest.fixture
def stage() -> FakeStage:
    """A stage in which nothing was done yet."""
    return FakeStage()
