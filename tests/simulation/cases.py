"""How many seeds are tried, and from which one on."""

from __future__ import annotations

import os

CASES = int(os.environ.get("SIMULATION_CASES", "5000"))
SEED = int(os.environ.get("SIMULATION_SEED", "1"))
