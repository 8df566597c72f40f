"""The fast tests bite: of small mistakes drawn at random they find nearly all.

make test-mutants                       100 mistakes
make test-mutants MISTAKES=10 SEED=7    as many, and others
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.mutants.cases import CAUGHT_RATIO_MIN, MISTAKES, SEED
from tests.mutants.drawing import Mutant, draw
from tests.mutants.trying import Trial, copied, tried

pytestmark = pytest.mark.timeout(0)  # one that no test catches costs a run of all of them
CORES = os.cpu_count() or 1
MUTANTS = draw(MISTAKES, seed=SEED)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Mutant, Future[Trial]]]:
    """As many at a time as there are cores, each in a copy of its own."""
    copies: SimpleQueue[Path] = SimpleQueue()
    for _ in range(CORES):
        copies.put(copied(tmp_path_factory.mktemp("copy")))

    def trial(mutant: Mutant) -> Trial:
        copy = copies.get()
        try:
            return tried(mutant, copy=copy)
        finally:
            copies.put(copy)

    pool = ThreadPoolExecutor(CORES)
    yield {mutant: pool.submit(trial, mutant) for mutant in MUTANTS}
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_mistake_is_tried(
    mutant: Mutant, trials: dict[Mutant, Future[Trial]], record_property: Callable[[str, object], None]
) -> None:
    record_property("mistake", str(mutant))
    record_property("caught by", trials[mutant].result().caught_by)
    record_property("fails anyway", trials[mutant].result().fails_anyway)


def test_nearly_every_mistake_is_caught(trials: dict[Mutant, Future[Trial]]) -> None:
    missed = [str(mutant) for mutant, trial in trials.items() if trial.result().caught_by is None]

    assert len(missed) <= max(1, round(MISTAKES * (1 - CAUGHT_RATIO_MIN))), "\n".join(missed)
