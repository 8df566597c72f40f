"""Looks for a world in which an invariant breaks, and shows the first: `python -m tests.simulation.hunt --help`.

Exit code 0 says that none was found, BROKEN that one was; any other that the simulation itself does not work.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from itertools import zip_longest
from pathlib import Path
from random import Random

from tests.simulation import crash_points
from tests.simulation.scenarios import busy_night, calm_night
from tests.simulation.stories import STORIES, Story
from tests.simulation.world import World

BROKEN = 3
MOVING = {"create_alias", "update_alias"}
Trial = Callable[[], None]
"""Plays one world to its end; raises when something is wrong in it."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    index, of = asked.share
    _keep_to_one_core(index if of > 1 else os.getpid())  # hunts beside one another are on different cores, mostly
    tried = 0
    try:
        for number, trial in enumerate(_trials(asked)):  # telling a story, to find its crash points, can break too
            if number % of != index:
                continue
            tried += 1
            with _quiet():
                trial()
    except Exception as broken:  # noqa: BLE001 - whatever goes wrong in a world is what we look for
        sys.stdout.write(f"{type(broken).__name__}: {broken}\n")
        return BROKEN
    sys.stdout.write(f"tried {tried}\n")
    return 0


def _trials(asked: argparse.Namespace) -> Iterator[Trial]:
    if asked.case is not None:
        yield from _one_case(asked.case)
    elif asked.seed is not None:
        yield from seeded(asked.seed, 1)
    elif asked.crash_points is not None:
        yield from crashed(asked.crash_points)
    elif asked.anything is not None:
        yield from _anything(asked.anything)
    else:
        yield from seeded(*asked.seeds)


def seeded(first: int, count: int) -> Iterator[Trial]:
    """A busy night and a calm one for each seed."""

    def night(seed: int) -> None:
        world = World(seed)
        busy_night(world)
        calm_night(world)

    return (partial(night, seed) for seed in range(first, first + count))


def crashed(names: Sequence[str]) -> Iterator[Trial]:
    """Every crash point of these stories, or of all."""
    for story in STORIES:
        if not names or story.name in names:
            with _quiet():
                points = crash_points.points(story)
            yield from (partial(crash_points.play, case) for case in crash_points.cases(points))


def _one_case(name: str) -> Iterator[Trial]:
    story = next(story for story in STORIES if story.name == name.partition(":")[0])
    with _quiet():
        points = crash_points.points(story)
    found = [case for case in crash_points.cases(points) if str(case) == name]
    return (partial(crash_points.play, case) for case in found)


def _anything(count: int) -> Iterator[Trial]:
    """So many seeds and crash points, of each story by turns: for whoever expects to find something."""
    yield from (partial(_points_of, story) for story in STORIES)
    by_turns = zip_longest(*map(_shuffled, STORIES))
    every = (case for turn in by_turns for case in turn if case is not None)
    for night, case in zip(seeded(1, count), every, strict=False):
        yield night
        yield partial(crash_points.play, case)


def _shuffled(story: Story) -> list[crash_points.Case]:
    """Every other one a move of the alias, as long as there are some."""
    with _quiet():
        found = [*crash_points.cases(crash_points.points(story))]
    Random(story.name).shuffle(found)
    moving = [each for each in found if each.point.call.operation in MOVING]
    others = [each for each in found if each.point.call.operation not in MOVING]
    return [each for pair in zip_longest(moving, others) for each in pair if each is not None]


def _points_of(story: Story) -> None:
    """Tell the story once, without a fault."""
    crash_points.points(story)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the tasks log."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


def _keep_to_one_core(index: int) -> None:
    """One thread runs at a time, and handing on within a core is twice as fast as to another."""
    with suppress(AttributeError, OSError):  # macOS has no such call
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[index % len(cores)]})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.hunt", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--seed", type=int, help="one seeded night")
    what.add_argument("--seeds", type=int, nargs=2, metavar=("FIRST", "COUNT"), help="so many seeded nights")
    what.add_argument("--case", help="one crash point, named STORY:NUMBER:DEATH:SEQUEL")
    what.add_argument(
        "--crash-points", nargs="*", metavar="STORY", help="all crash points of these stories, or of all"
    )
    what.add_argument("--anything", type=int, metavar="COUNT", help="so many of both, in turns")
    parser.add_argument(
        "--share", type=int, nargs=2, default=(0, 1), metavar=("INDEX", "OF"), help="every OFth of them"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
