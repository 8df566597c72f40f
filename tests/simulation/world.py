"""One simulated account, made from a seed: the same seed gives the same AWS, the same faults, the same order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.registry import catalog
from lambdas.model.recipe import Approval, Shift
from tests.fakes.clock import FakeClock
from tests.fakes.endpoints import InMemoryEndpoints
from tests.fakes.executions import InMemoryExecutions
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.history import History
from tests.fakes.jobs import InMemoryJobs
from tests.fakes.metrics import InMemoryMetrics
from tests.fakes.notices import InMemoryNotices
from tests.fakes.serving_function import Delays
from tests.fakes.store import InMemoryStore
from tests.simulation.faults import EdgeCall, Fault, FaultPlan, Outages, RandomFaults, no_faults
from tests.simulation.machine import Hazards, Machine
from tests.simulation.rule import StatusRule
from tests.simulation.scheduler import SLOW_SHARE, Scheduler
from tests.simulation.serving import SOUND, ServingCode
from tests.simulation.tasks import tasks

MODEL = "kdd99-http"
HAND = "hand"
"""The process of whoever is none of the product's."""
DEFINITION = Path(__file__).parents[2] / "workflows" / "definitions" / "golden" / "retrain.asl.json"

LONGEST_DELAY_SECONDS = 5
NO_HAZARDS = Hazards()
NO_DELAYS = Delays()


@cache
def definition() -> dict[str, Any]:
    """The committed state machine."""
    parsed: dict[str, Any] = json.loads(DEFINITION.read_text())
    return parsed


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How badly AWS behaves in one world."""

    plan: FaultPlan = no_faults
    hazards: Hazards = NO_HAZARDS
    delays: Delays = NO_DELAYS
    republishes: bool = False
    staleness_seconds: float = 0
    behind: timedelta = timedelta()
    """How late CloudWatch shows what it counted."""
    slow_share: float = 0
    rollout: Sequence[Shift] = ()

    @classmethod
    def drawn(cls, random: Random) -> Weather:
        """From a fine day to a bad one, with few faults or many, so that rare combinations come up too."""
        return cls(
            plan=RandomFaults(
                random=random, ratio=random.choice((0, 0.005, 0.02, 0.08)), limit=random.choice((1, 2, 5, 30))
            ),
            hazards=Hazards(duplicated=random.choice((0, 0.05, 0.3)), abandoned=random.choice((0, 0.05, 0.2))),
            delays=Delays(
                update=random.choice((0, 1, LONGEST_DELAY_SECONDS)),
                activation=random.choice((0, 1, LONGEST_DELAY_SECONDS)),
                propagation=random.choice((0, 3)),
            ),
            republishes=random.random() < 0.3,
            staleness_seconds=random.choice((0, 5, 60)),
            slow_share=SLOW_SHARE,
            behind=timedelta(seconds=random.choice((0, 30, 120))),
            rollout=drawn_rollout(random),
        )


def drawn_rollout(random: Random) -> list[Shift]:
    """No canary, or one of one to three steps."""
    shares = sorted(random.sample((0.1, 0.25, 0.5, 0.9), random.choice((0, 1, 2, 3))))
    return [Shift(share, seconds=random.choice((1, 60, 240))) for share in shares]


class World:
    """`store`, `functions`, ... are the fakes themselves; `edges` is what processes get."""

    def __init__(self, seed: int | str, *, weather: Weather | None = None) -> None:
        self.seed = seed
        self.name = f"seed {seed}"
        self.replayed_by = f".venv/bin/python -m tests.simulation.hunt --seed {seed}"
        """The command that shows the same again."""
        self.taken: dict[str, bytes] = {}
        """What hands took away, or put another in the place of, by its key."""
        self.is_given_up = False
        """Whether whoever asks for something has lost patience, and asks no more."""
        self.approval: Approval | None = None
        """Whether what passes its replay waits for a person; `want_approval` tells the history too."""
        self.weather = weather or Weather.drawn(self.random("weather"))
        self.clock = FakeClock()
        self.scheduler = Scheduler(
            random=self.random("scheduler"), clock=self.clock, slow_share=self.weather.slow_share
        )
        self.history = History(clock=self.clock, actor=lambda: self.scheduler.actor)
        self.store = InMemoryStore(clock=self.clock, history=self.history)
        self.store.uncover(layout.catalog(), catalog.document([MODEL]))
        self.metrics = InMemoryMetrics(clock=self.clock, behind=self.weather.behind)
        self.notices = InMemoryNotices(clock=self.clock, history=self.history)
        self.functions = InMemoryFunctions(
            MODEL,
            clock=self.clock,
            history=self.history,
            random=self.random("functions"),
            delays=self.weather.delays,
            handler=ServingCode(random=self.random("serving"), sleep=self.clock.sleep),
            metrics=self.metrics,
            republishes=self.weather.republishes,
        )
        self.executions = InMemoryExecutions(
            clock=self.clock,
            history=self.history,
            random=self.random("executions"),
            staleness_seconds=self.weather.staleness_seconds,
        )
        self._plan = self.weather.plan
        self.edges = self._edges()
        self.machine = Machine(
            definition(),
            tasks=tasks(self.edges, rollout=self.weather.rollout, approval=lambda: self.approval),
            scheduler=self.scheduler,
            executions=self.executions,
            history=self.history,
            random=self.random("machine"),
            hazards=self.weather.hazards,
        )
        self.executions.started = self.machine.begin
        self.executions.finished = StatusRule(
            machine=self.machine, random=self.random("rule"), duplicated=self.weather.hazards.duplicated
        )

    def random(self, purpose: str) -> Random:
        """Numbers for one purpose, so that more draws for one leave the others as they were."""
        return Random(f"{self.seed} {purpose}")

    def add_data(self, name: str, *, quality: int, word: str = SOUND) -> None:
        """A night's object: training on it gives a model of that quality, which `word` says more of."""
        self.store.put(layout.dataset(MODEL, name), f"{quality} {word}".encode())

    def want_approval(self, approval: Approval | None) -> None:
        """From now on: somebody changed recipe or stage."""
        self.approval = approval
        self.history.record("wanted", MODEL, approval=approval)

    def settle(self) -> None:
        """Let everything that is under way come to its end."""
        self.scheduler.run()

    @contextmanager
    def calm(self, *, plan: FaultPlan = no_faults) -> Iterator[None]:
        """Meanwhile nothing goes wrong but what the plan says; Lambda takes its time as ever."""
        weather = self._plan, self.machine.hazards
        self._plan, self.machine.hazards = plan, NO_HAZARDS
        try:
            yield
        finally:
            self._plan, self.machine.hazards = weather

    def told(self) -> str:
        """How to see it again, and the whole history, but for the predictions that went well."""
        effects = [each for each in self.history.effects if each.operation != "predict" or each.facts["failure"]]
        return "\n".join([f"\n{self.replayed_by}\nIts history:", *map(str, effects)])

    def _edges(self) -> Edges:
        def planned(call: EdgeCall) -> Fault:
            return self._plan(call)

        outages = Outages(scheduler=self.scheduler, plan=planned, history=self.history)
        return Edges(
            store=outages.around("store", self.store),
            functions=outages.around("functions", self.functions),
            executions=outages.around("executions", self.executions),
            metrics=outages.around("metrics", self.metrics),
            notices=outages.around("notices", self.notices),
            jobs=InMemoryJobs(history=self.history),
            endpoints=InMemoryEndpoints(clock=self.clock, history=self.history),
            clock=self.clock,
            sleep=self.scheduler.sleep,
        )
