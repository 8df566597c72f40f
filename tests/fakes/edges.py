"""The whole outside world in memory, with nothing going wrong."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.registry import catalog
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import InMemoryEndpoints
from tests.fakes.executions import InMemoryExecutions
from tests.fakes.functions import Handler, InMemoryFunctions, echo
from tests.fakes.history import History
from tests.fakes.jobs import InMemoryJobs
from tests.fakes.metrics import InMemoryMetrics
from tests.fakes.notices import InMemoryNotices
from tests.fakes.store import InMemoryStore, InMemoryVersions
from tests.fakes.transforms import InMemoryTransforms


class FakeOutside:
    """The fakes by themselves, to arrange and look; `edges` is what a core takes.

    >>> outside = FakeOutside("kdd99-http")
    >>> catalog.models(outside.edges.store)
    ['kdd99-http']
    """

    def __init__(self, *models: str, handler: Handler = echo) -> None:
        self.clock = FakeClock()
        self.history = History(clock=self.clock)
        self.store = InMemoryStore(clock=self.clock, history=self.history)
        self.versions = InMemoryVersions(self.store, history=self.history)
        self.store.uncover(layout.catalog(), catalog.document(models))
        self.metrics = InMemoryMetrics(clock=self.clock)
        self.notices = InMemoryNotices(clock=self.clock, history=self.history)
        self.functions = InMemoryFunctions(
            *models, clock=self.clock, history=self.history, handler=handler, metrics=self.metrics
        )
        self.executions = InMemoryExecutions(clock=self.clock, history=self.history)
        self.jobs = InMemoryJobs(history=self.history)
        self.endpoints = InMemoryEndpoints(clock=self.clock, history=self.history)
        self.transforms = InMemoryTransforms(self.store, clock=self.clock, history=self.history)
        self.edges = Edges(
            store=self.store,
            functions=self.functions,
            executions=self.executions,
            metrics=self.metrics,
            notices=self.notices,
            jobs=self.jobs,
            endpoints=self.endpoints,
            clock=self.clock,
            sleep=self.clock.sleep,
        )
