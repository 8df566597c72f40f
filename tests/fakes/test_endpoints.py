"""The endpoints in memory answer as SageMaker does."""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import InMemoryEndpoints
from tests.fakes.history import History


def test_endpoint_is_there_until_it_is_deleted_once() -> None:
    clock = FakeClock()
    endpoints = InMemoryEndpoints(clock=clock, history=History(clock=clock))
    endpoints.make("flows", 7)
    endpoints.make("other", 7)

    assert [each.name for each in endpoints.of("flows")] == ["nightswap-test-flows-v7"]

    endpoints.delete("flows", 7)
    endpoints.delete("flows", 7)
    assert endpoints.of("flows") == []
