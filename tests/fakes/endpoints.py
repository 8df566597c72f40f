"""The endpoints of SageMaker in memory: the state machine makes them, so a test does."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import names
from chalicelib.edges.hosting.endpoints import Endpoint
from tests.fakes.clock import FakeClock
from tests.fakes.history import History


class InMemoryEndpoints:
    """An `Endpoints` of stage `test`; `history` gets delete_endpoint."""

    def __init__(self, *, clock: FakeClock, history: History) -> None:
        self._clock, self._history = clock, history
        self._found: dict[tuple[str, int], Endpoint] = {}

    def make(self, model: str, model_version: int, *, status: str = "InService") -> None:
        self._found[model, model_version] = Endpoint(
            name=names.endpoint("test", model, model_version),
            model_version=model_version,
            status=status,
            created_at=self._clock(),
        )

    def of(self, model: str) -> Sequence[Endpoint]:
        return [each for (name, _), each in sorted(self._found.items()) if name == model]

    def delete(self, model: str, model_version: int) -> None:
        found = self._found.pop((model, model_version), None)
        if found is not None:
            self._history.record("delete_endpoint", found.name)
