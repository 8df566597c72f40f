"""The fast tests bite: of small mistakes drawn at random they find nearly all.

make test-mutants                       100 mistakes
make test-mutants MISTAKES=10 SEED=7    as many, and others
make test-mutants RINGS=1 MINUTES=10    the nearest tests first; then, what they missed, by all that load its file

The first time, and for each test file that has changed, it also records which lines a test file reaches.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from queue import SimpleQueue

import pytest

from tests.mutants import reaching
from tests.mutants.cases import CAUGHT_RATIO_MIN, MINUTES, MISTAKES, RINGS, SEED
from tests.mutants.drawing import Mutant, draw
from tests.mutants.nearness import WHOLE, fast, might_reach, rings
from tests.mutants.reaching import Reached
from tests.mutants.trying import Copy, Trial, tried

pytestmark = pytest.mark.timeout(0)  # one that no test catches costs a run of all that reach it
CORES = os.cpu_count() or 1
END = time.monotonic() + MINUTES * 60
MUTANTS = draw(MISTAKES, seed=SEED)

Lent = Callable[[], AbstractContextManager[Copy]]


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lent]:
    """As many copies as there are cores, each for one at a time."""
    copies = [Copy(tmp_path_factory.mktemp("copy")) for _ in range(CORES)]
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    @contextmanager
    def one() -> Iterator[Copy]:
        copy = free.get()
        try:
            yield copy
        finally:
            free.put(copy)

    yield one
    for copy in copies:
        copy.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CORES) as threads:
        yield threads
        threads.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def reached(lent: Lent, pool: ThreadPoolExecutor, pytestconfig: pytest.Config) -> list[Reached]:
    """What each test file reaches, the quickest first; nothing where the nearest alone are asked."""
    kept = pytestconfig.cache.mkdir("reached")

    def known(test: str) -> Reached:
        found = reaching.read(test, kept=kept)
        if found is None:
            with lent() as copy:
                found = Reached.of(test, copy.recorded(test), root=copy.folder)
            reaching.write(found, kept=kept)
        return found

    wanted = [test for test in fast() if not test.startswith(WHOLE)] if RINGS > 1 else []
    return sorted(pool.map(known, wanted), key=lambda test: test.seconds)


@pytest.fixture(scope="module")
def trials(lent: Lent, pool: ThreadPoolExecutor, reached: list[Reached]) -> dict[Mutant, Future[Trial]]:
    """With the nearest ring alone what it missed is tried by other tests, until the minutes are over."""

    def trial(mutant: Mutant) -> Trial:
        reaching_it = [test.test for test in reached if test.reaches(mutant)]
        with lent() as copy:
            return tried(mutant, copy=copy, rings=rings(mutant.file, reaching=reaching_it)[:RINGS])

    def wider(mutant: Mutant) -> Trial:
        left = END - time.monotonic()
        if left < 1:
            return Trial(mutant, None, is_asked_whole=False)
        with lent() as copy:
            return tried(mutant, copy=copy, rings=[might_reach(mutant.file)], first=2, within_seconds=left)

    found = {mutant: pool.submit(trial, mutant) for mutant in MUTANTS}
    if RINGS > 1:
        return found
    missed = [mutant for mutant, each in found.items() if not each.result().caught_by]
    return found | {mutant: pool.submit(wider, mutant) for mutant in missed}


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_mistake_is_tried(
    mutant: Mutant, trials: dict[Mutant, Future[Trial]], record_property: Callable[[str, object], None]
) -> None:
    trial = trials[mutant].result()
    record_property("mistake", str(mutant))
    record_property("caught by", trial.caught_by)
    record_property("ring", trial.ring)
    record_property("fails anyway", trial.fails_anyway)
    record_property("asked whole", trial.is_asked_whole)


def test_nearly_every_mistake_is_caught(trials: dict[Mutant, Future[Trial]]) -> None:
    missed = [str(mutant) for mutant, trial in trials.items() if trial.result().caught_by is None]

    assert len(missed) <= max(1, round(MISTAKES * (1 - CAUGHT_RATIO_MIN))), "\n".join(missed)
