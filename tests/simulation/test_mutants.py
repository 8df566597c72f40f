"""The simulation finds what it is there for: every safeguard that is taken out of the product is missed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.simulation import hunting
from tests.simulation.cases import CORES
from tests.simulation.hunt import BROKEN
from tests.simulation.hunting import ROOT
from tests.simulation.mutants import MUTANTS, OF_LOSSES, Mutant

PARTS = ("chalicelib", "lambdas", "tests", "workflows/definitions/golden")
TRIES, CONTROL_TRIES = 1500, 100
"""Of seeds and of crash points: until something is found, and without a mutation."""

Found = tuple[int, str]
"""The hunt's exit code and what it says."""


LOSSES = "tests/simulation/test_lost_and_forged.py"


def copied(root: Path, mutant: Mutant | None) -> None:
    for part in PARTS:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    if mutant:
        mutant.apply(root)


def hunted(root: Path, mutant: Mutant | None) -> Found:
    """What a hunt finds in a copy of the product."""
    copied(root, mutant)
    where = ("--crash-points", mutant.story) if mutant and mutant.story else ("--anything", TRIES)
    hunt = hunting.start(*(where if mutant else ("--anything", CONTROL_TRIES)), root=root)
    said, _ = hunt.communicate()
    return hunt.returncode, said


@pytest.fixture(scope="module")
def hunts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Mutant | None, Future[Found]]]:
    """As many at a time as there are cores."""
    pool = ThreadPoolExecutor(CORES)
    yield {mutant: pool.submit(hunted, tmp_path_factory.mktemp("copy"), mutant) for mutant in (None, *MUTANTS)}
    pool.shutdown(cancel_futures=True)


@pytest.mark.timeout(900)  # it waits for the hunts before its own
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_missing_safeguard_is_found(
    mutant: Mutant, hunts: dict[Mutant | None, Future[Found]], record_property: Callable[[str, object], None]
) -> None:
    code, said = hunts[mutant].result()

    assert code == BROKEN, said
    assert said.startswith("Broken: "), said
    record_property("mutants caught", 1)


@pytest.mark.parametrize("mutant", OF_LOSSES, ids=lambda mutant: mutant.name)
def test_missing_safeguard_against_losses_is_found(mutant: Mutant, tmp_path: Path) -> None:
    copied(tmp_path, mutant)

    tried = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-c", os.devnull, "--rootdir", tmp_path, LOSSES],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (tried.returncode, "AssertionError" in tried.stdout) == (1, True), tried.stdout


def test_nothing_is_found_where_nothing_is_broken(hunts: dict[Mutant | None, Future[Found]]) -> None:
    assert hunts[None].result()[0] == 0


def test_mutant_whose_text_is_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("twice = twice\n")

    with pytest.raises(ValueError, match=r"its text occurs 2 times in a\.py: adapt it"):
        Mutant(name="a", file="a.py", text="twice", by="once").apply(tmp_path)
