from __future__ import annotations

import pytest

from tests.fakes.edges import FakeOutside
from tests.unit.lambdas.nightly_batch import night_with_data


@pytest.fixture
def night() -> FakeOutside:
    return night_with_data()
