from __future__ import annotations

import pytest

from tests.fakes.edges import FakeOutside
from tests.given.nights import outside


@pytest.fixture
def night() -> FakeOutside:
    """An account in memory with the serving function of one model, in which nothing has run yet."""
    return outside()
