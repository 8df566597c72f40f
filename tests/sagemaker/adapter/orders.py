"""What a test orders to go wrong with the next job or endpoint: SageMaker has bad days, and a test says when."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Order:
    """How the next job or endpoint goes; by itself it goes well. Each name is a key of the JSON that a test sends."""

    refused: str = ""
    """The code of the error that is answered in the place of a start, such as ThrottlingException."""
    message: str = ""
    """Its words."""
    answer_lost: bool = False
    """The job is started, and whoever asked for it hears of a failure."""
    has_capacity: bool = True
    is_healthy: bool = True
    """Whether the container of an endpoint answers /ping."""
    seconds: float | None = None
    """Stands in the place of the longest time that the request allows."""
    interruptions: int = 0
    """How often its instance is taken back, when the script has been started."""
    comes_back: bool = True
    """Whether there is another instance after the last interruption."""


class Orders:
    """Each is carried out once, in the order in which they were sent."""

    def __init__(self) -> None:
        self._waiting: deque[Order] = deque()
        self._lock = threading.Lock()

    def put(self, told: dict[str, Any]) -> None:
        """Raises TypeError for an order that nobody can carry out."""
        with self._lock:
            self._waiting.append(Order(**told))

    def next(self) -> Order:
        with self._lock:
            return self._waiting.popleft() if self._waiting else Order()
