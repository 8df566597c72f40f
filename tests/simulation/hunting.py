"""Runs the hunt in processes of its own, on every core: one process can use no more than one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.simulation.cases import CORES

ROOT = Path(__file__).parents[2]


def start(*arguments: object, root: Path = ROOT) -> subprocess.Popen[str]:
    """A hunt in the copy of the product at `root`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulation.hunt", *map(str, arguments)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def hunted(*arguments: object, shares: int = CORES) -> int:
    """How many worlds were tried; raises AssertionError with the first in which something is wrong.

    Each core plays one of so many `shares` of them.
    """
    hunts = [start(*arguments, "--share", index, shares) for index in range(CORES)]
    told = [hunt.communicate()[0] for hunt in hunts]
    for hunt, said in zip(hunts, told, strict=True):
        assert hunt.returncode == 0, said
    return sum(int(said.rsplit(maxsplit=1)[-1]) for said in told)
