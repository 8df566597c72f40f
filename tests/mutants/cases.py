"""How many mistakes are tried, and which: set from outside."""

from __future__ import annotations

import os

MISTAKES = int(os.environ.get("MISTAKES") or 100)
SEED = int(os.environ.get("SEED") or 1)
RINGS = int(os.environ.get("RINGS") or 4)
"""How many rings of tests are asked: 1 is the nearest, 2 also the unit tests that reach it, 4 all of them."""
MINUTES = float(os.environ.get("MINUTES") or "inf")
"""How long the whole may take. What the nearest ring alone has missed is tried by other tests until then."""
CAUGHT_RATIO_MIN = 0.95 if RINGS == 4 else 0.5
