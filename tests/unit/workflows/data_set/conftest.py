from __future__ import annotations

import pytest

from tests.fakes.stage import FakeStage
from tests.unit.workflows.data_set import erasing


@pytest.fixture
def on() -> FakeStage:
    """A stage whose model was trained on two files over two nights."""
    return erasing.stage()
