"""Locust's user and shape. The plan, a file that LOAD_PLAN names, says what is asked and how many users ask it.

Runs in Locust's own environment: besides Locust it imports only modules beside it that need nothing but Python.
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, LoadTestShape, constant, events, task

from benchmarks.load.counted import Counted
from benchmarks.load.scenarios import SCENARIOS, STAYING_SECONDS

PLAN = json.loads(Path(os.environ["LOAD_PLAN"]).read_text("utf-8"))
SCENARIO = SCENARIOS[PLAN["scenario"]]
MINUTE = 60 * PLAN["time_factor"]
"""In seconds."""
MOMENTS = [MINUTE * moment for moment in SCENARIO.moments]
GIVEN_UP_AFTER = 60.0
ENOUGH = Path(PLAN["enough"])
VERSION = re.compile(rb'"model_version": ?(\d+)')
COUNTED = Counted()
BEGUN = [time.perf_counter()]


class Asking(FastHttpUser):
    """Asks again as soon as it was answered; where the scenario names moments, at each of them."""

    host = PLAN["host"]
    wait_time = constant(0)
    network_timeout = connection_timeout = GIVEN_UP_AFTER
    max_redirects = 1

    def on_start(self) -> None:
        self._left = list(MOMENTS)

    @task
    def ask(self) -> None:
        if SCENARIO.moments:
            if not self._left:
                gevent.sleep(1)
                return
            gevent.sleep(max(0.0, BEGUN[0] + self._left.pop(0) - time.perf_counter()))
        body = PLAN["body"]
        self.client.request(
            PLAN["method"],
            PLAN["path"],
            data=None if body is None else body.encode(),
            headers=PLAN["headers"],
            name=PLAN["name"],
        )


class Shape(LoadTestShape):
    """The users of the scenario, looked at every second; the last ones stay until it is enough."""

    _users = 1

    def tick(self) -> tuple[int, float] | None:
        run = self.get_run_time()
        over = run - MINUTE * SCENARIO.minutes
        if over >= STAYING_SECONDS or (over >= 0 and ENOUGH.exists()):
            return None
        if over < 0:
            self._users = max(1, SCENARIO.users(run / MINUTE))
        COUNTED.second(int(run)).users = self._users
        return self._users, float(self._users)


@events.test_start.add_listener
def begin(**_told: Any) -> None:
    BEGUN[0] = time.perf_counter()


@events.request.add_listener
def count(response_time: float, response: Any, exception: Any, **_told: Any) -> None:
    headers = response.headers if response is not None and response.headers else {}
    version = VERSION.search(response.content or b"") if response is not None else None
    if not COUNTED.latencies:
        Path(PLAN["answered"]).touch()
    COUNTED.answered(
        time.perf_counter() - BEGUN[0],
        response_time,
        timing=headers.get("server-timing", ""),
        version=version[1].decode() if version else None,
        error=None if exception is None else f"{type(exception).__name__}: {exception}"[:200],
    )


@events.quitting.add_listener
def write(**_told: Any) -> None:
    Path(PLAN["counted"]).write_text(json.dumps(COUNTED.document()), "utf-8")
