"""How many seeds and crash points are tried, and from which seed on."""

from __future__ import annotations

import os

CASES = int(os.environ.get("SIMULATION_CASES", "5000"))
SEED = int(os.environ.get("SIMULATION_SEED", "1"))
CORES = os.cpu_count() or 1
SHARES = max(CORES, int(os.environ.get("SIMULATION_SHARES", "0")))
"""The crash points of a story are dealt into so many shares, and each core plays one. A number that has no divisor in
common with the 12 cases of a point gives every way of dying and every sequel its turn."""
