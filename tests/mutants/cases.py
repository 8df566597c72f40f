"""How many mistakes are tried, and which: set from outside."""

from __future__ import annotations

import os

MISTAKES = int(os.environ.get("MISTAKES") or 100)
SEED = int(os.environ.get("SEED") or 1)
