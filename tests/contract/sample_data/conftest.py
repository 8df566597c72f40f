"""A server for each test that asks for one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.contract.sample_data.archives import Answering, serving


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], str]]:
    """Start a server that answers every GET in that way; returns the archive's address."""
    with ExitStack() as servers:
        yield lambda answering: servers.enter_context(serving(answering))
