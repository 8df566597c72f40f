"""One JSON line for each boundary that is crossed: an event in the past tense, and its facts with units.

Never the payload, never a feature's value, never a token.
"""

from __future__ import annotations

import json
import logging
from typing import Any

logger = logging.getLogger("nightswap")


def log(event: str, **facts: Any) -> None:
    """Write one line, e.g. `log("model_trained", run=run, rows=453_998, duration_ms=812)`."""
    logger.info("%s", json.dumps({"event": event, **facts}, default=str))
