"""Tells whether a process answers for the first time, and how long its start took: the header Server-Timing.

A cold start is most of what a slow answer is made of, and only the process itself knows that it is one.
Source of the header: https://www.w3.org/TR/server-timing/
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

HEADER = "Server-Timing"
TICKS_A_SECOND = 100
"""Of Linux, in which it tells when a process began. Source: proc(5), starttime, and sysconf(3), _SC_CLK_TCK."""


def since_start_ms(told: str = "/proc/self/stat") -> int:
    """Since this process began, to 10 ms; where the system does not tell, what it has used of a processor since."""
    try:
        with open(told) as opened:  # noqa: PTH123 - pathlib is not loaded here
            ticks = int(opened.read().rpartition(")")[2].split()[19])
    except OSError:
        return max(1, round(1000 * time.process_time()))
    return max(1, round(1000 * (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / TICKS_A_SECOND)))


class Start:
    """Of this process, made once all is loaded; its first answer tells it."""

    def __init__(self, function: str, took_ms: int) -> None:
        self._function = function
        self._took_ms = took_ms

    def told(self, headers: Mapping[str, Any]) -> dict[str, str]:
        """The header, with what `headers` tell in it already.

        >>> start = Start("api", 275)
        >>> start.told({}), start.told({"Server-Timing": "serving;desc=warm"})["Server-Timing"]
        ({'Server-Timing': 'api;desc=cold;dur=275'}, 'serving;desc=warm, api;desc=warm')
        """
        took_ms, self._took_ms = self._took_ms, 0
        return {HEADER: ", ".join(filter(None, (headers.get(HEADER), told(self._function, took_ms))))}


def told(name: str, init_ms: int) -> str:
    """One metric of the header, of the function `name`; 0 ms tell that it has answered before.

    >>> told("serving", 79), told("api", 0)
    ('serving;desc=cold;dur=79', 'api;desc=warm')
    """
    return f"{name};desc=cold;dur={init_ms}" if init_ms else f"{name};desc=warm"
