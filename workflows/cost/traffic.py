"""Counts what a month of predictions uses, from how many come and how long each of them takes."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.cost.estimates import API_SECONDS, LOG_GB_PER_PREDICTION, NIGHTS, SERVING_SECONDS
from workflows.cost.usage import Call, Usage, of_calls

MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Requests to one model. `seconds` are those of a request to a warm serving function of `memory_mb`; one that
    starts the function takes `cold_seconds` more, which Lambda bills too."""

    requests_a_day: float
    seconds: float = SERVING_SECONDS
    memory_mb: int
    cold_share: float = 0.0
    """0 to 1: of the requests, those that start a function."""
    cold_seconds: float = 0.0
    days: float = NIGHTS
    """Of the month."""

    @property
    def requests(self) -> float:
        """Of the month."""
        return self.days * self.requests_a_day

    @property
    def mean_seconds(self) -> float:
        """Of a request, in the serving function."""
        return self.seconds + self.cold_share * self.cold_seconds


def function_usage(traffic: Traffic, *, architecture: str) -> Usage:
    """Of the serving function alone: all that a request by its function URL takes."""
    return _call(traffic.mean_seconds, traffic.memory_mb, architecture=architecture).times(traffic.requests)


def gateway_usage(traffic: Traffic, *, api_memory_mb: int, architecture: str) -> Usage:
    """Of API Gateway, the app and the serving function. The app waits while the serving function works, and starts
    cold where that does."""
    waits = API_SECONDS - SERVING_SECONDS + traffic.mean_seconds + traffic.cold_share * traffic.cold_seconds
    app = _call(waits, api_memory_mb, architecture=architecture) + Usage({"rest_request": 1})
    return function_usage(traffic, architecture=architecture) + app.times(traffic.requests)


def log_usage(traffic: Traffic) -> Usage:
    """Of what the functions write of each request."""
    return Usage({"log_gb": LOG_GB_PER_PREDICTION * traffic.requests})


def wake_usage(traffic: Traffic, *, every_minutes: float, architecture: str) -> Usage:
    """Of calls that find nothing to do but keep one copy of the serving function warm."""
    once = _call(traffic.seconds, traffic.memory_mb, architecture=architecture)
    return once.times(traffic.days * MINUTES_OF_A_DAY / every_minutes)


def _call(seconds: float, memory_mb: int, *, architecture: str) -> Usage:
    return of_calls([Call(memory_mb=memory_mb, seconds=seconds)], architecture=architecture)
