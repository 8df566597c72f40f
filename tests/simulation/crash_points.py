"""Every side effect of a story is a point at which its author may die: the matrix of crash points.

A story is told once without a fault, and every call that changes something is a point. Then it is told again for
each point, each way of dying there, and each sequel: the same world up to that call, because its seed is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.simulation import triggers
from tests.simulation.faults import EdgeCall, Fault
from tests.simulation.invariants import ALWAYS, Broken, Invariant, check
from tests.simulation.invariants.registry import no_package_is_published_twice
from tests.simulation.invariants.runs import all_that_ended_was_announced
from tests.simulation.readings import outcomes
from tests.simulation.scenarios import calm_night
from tests.simulation.stories import Story
from tests.simulation.world import World

CHANGING = frozenset(
    {
        *("put", "put_if_absent", "put_if_match", "delete", "delete_if_match", "copy"),
        *("create_alias", "update_alias", "publish", "delete_version"),
        *("start", "stop", "send"),
    }
)
"""The edge calls that change the outside world."""
DEATHS = (Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.LOST, Fault.OUTLIVING)
"""Of whoever calls; the last is no death, but the worker that everybody takes for dead."""


ONE_AT_A_TIME = (all_that_ended_was_announced, no_package_is_published_twice)
"""What holds too where one author dies before the next takes over."""


class Sequel(Enum):
    RETRIED = "retried"
    """The state machine, or the client, tries again as it always does."""
    STOPPED = "stopped"
    """The execution is stopped there and then; who waited for an answer asks no more."""
    FOLLOWED = "followed"
    """It is stopped, and the next run starts at once, before the rule has cleared up."""


@dataclass(frozen=True)
class Point:
    """One changing call of a story: the `nth` of all, from 1."""

    story: Story
    nth: int
    call: EdgeCall

    def __str__(self) -> str:
        return f"{self.story.name}:{self.nth}"


@dataclass(frozen=True)
class Case:
    point: Point
    death: Fault
    sequel: Sequel

    def __str__(self) -> str:
        return f"{self.point}:{self.death.value}:{self.sequel.value}"


class Watch:
    """A plan of faults that counts the changing calls, and strikes at the `nth` of them."""

    def __init__(self, *, nth: int = 0, death: Fault = Fault.NONE, strikes: Callable[[], None]) -> None:
        self.calls: list[EdgeCall] = []
        self._nth = nth
        self._death = death
        self._strikes = strikes

    def __call__(self, call: EdgeCall) -> Fault:
        if call.operation not in CHANGING:
            return Fault.NONE
        self.calls.append(call)
        if len(self.calls) != self._nth:
            return Fault.NONE
        self._strikes()
        return self._death


def points(story: Story) -> list[Point]:
    """Every changing call from the story's own part on, when nothing goes wrong; checks that it ends as it says."""
    watch = Watch(strikes=_nothing)
    world = _told(story, watch)
    check(world, [*ALWAYS, _ends_as(story)])
    found = [Point(story, nth, call) for nth, call in enumerate(watch.calls, start=1)]
    own = [each.nth for each in found if story.since in each.call.actor]
    if found and not own:
        raise Broken(f"story {story.name} breaks: its own part changes nothing")
    return [each for each in found if each.nth >= min(own)]


def cases(points: Sequence[Point]) -> Iterator[Case]:
    for point in points:
        for death in DEATHS:
            for sequel in Sequel:
                yield Case(point, death, sequel)


def play(case: Case) -> None:
    """Tell the story with one death and its sequel, and then a calm night; raises Broken."""
    point = case.point
    world = point.story.begin()
    world.name = f"{case} ({point.call.actor}: {point.call.operation} {point.call.subject})"
    world.replayed_by = f".venv/bin/python -m tests.simulation.hunt --case {case}"
    watch = Watch(nth=point.nth, death=case.death, strikes=lambda: _go_on(world, case.sequel))
    with world.calm(plan=watch):
        point.story.tell(world)
        world.settle()
    check(world, ALWAYS)
    if case.death is not Fault.OUTLIVING:
        check(world, ONE_AT_A_TIME)
        if case.sequel is Sequel.RETRIED:
            check(world, [_ends_as(point.story)])
    calm_night(world)


def _told(story: Story, watch: Watch) -> World:
    world = story.begin()
    with world.calm(plan=watch):
        story.tell(world)
        world.settle()
    return world


def _go_on(world: World, sequel: Sequel) -> None:
    if sequel is not Sequel.RETRIED:
        triggers.end_all(world, followed=sequel is Sequel.FOLLOWED)


def _nothing() -> None:
    """No point is struck."""


def _ends_as(story: Story) -> Invariant:
    def the_story_ends_as_without_a_fault(world: World) -> None:
        found = outcomes(world).get(story.run)
        assert found in (story.outcome, story.or_else), f"it ended {found}, not {story.outcome}"

    return the_story_ends_as_without_a_fault
