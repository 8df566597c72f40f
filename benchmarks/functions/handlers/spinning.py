"""Takes as much of the processor as it gets for some seconds, and tells which share of a core that was."""

import time
from typing import Any


def handler(event: Any, context: Any) -> dict[str, float]:
    begun, used = time.perf_counter(), time.process_time()
    while time.perf_counter() < begun + event["seconds"]:
        pass
    return {"share": (time.process_time() - used) / (time.perf_counter() - begun)}
