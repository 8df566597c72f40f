"""A hundred swaps while predictions go on: none fails, and every answer comes from one version alone."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.clone import Answer, LocalUp

RETRAINS, MOVES = 20, 80
"""Swaps by a whole retrain, and by hand between the two latest versions."""
CLIENTS = 4
INSTANCES = 20
QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"
BATCH = {
    "instances": [{"duration": 0, "src_bytes": 54540 - 2000 * row, "dst_bytes": 8314} for row in range(INSTANCES)]
}


@dataclass
class Load:
    """Clients that ask for one prediction and for a list of them, in turns."""

    up: LocalUp
    failed: list[Answer] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    single: dict[int, set[str]] = field(default_factory=dict)
    """By model version: every different body of a single prediction."""
    batch: dict[int, set[str]] = field(default_factory=dict)
    slowest_ms: float = 0

    @contextmanager
    def going_on(self) -> Iterator[None]:
        over = threading.Event()
        clients = [threading.Thread(target=self._ask, args=(over,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            over.set()
            for client in clients:
                client.join()

    def _ask(self, over: threading.Event) -> None:
        while not over.is_set():
            self._keep("GET", self.single, lambda: self.up.call("GET", QUERY))
            self._keep("batch", self.batch, lambda: self.up.call("POST", "/predict", BATCH))

    def _keep(self, kind: str, bodies: dict[int, set[str]], ask: Callable[[], Answer]) -> None:
        asked_at = time.monotonic()
        answer = ask()
        self.slowest_ms = max(self.slowest_ms, 1000 * (time.monotonic() - asked_at))
        if answer.status != 200:
            self.failed.append(answer)
            return
        self.answered[kind] += 1
        bodies.setdefault(answer.body["model_version"], set()).add(_predictions(answer.body))


def _predictions(body: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in body.items() if name != "model_version"}, sort_keys=True)


def promote(up: LocalUp, model_version: int) -> Answer:
    path = f"/models/kdd99-http/versions/{model_version}/promote"
    return up.call("POST", path, {"reason": "one more swap"})


@pytest.mark.timeout(900)  # a hundred swaps, and clients beside them
def test_no_prediction_fails_in_a_hundred_swaps_and_each_comes_from_one_version(
    up: LocalUp, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Load(up)
    first = up.live()["model_version"]

    with load.going_on():
        outcomes = Counter(up.retrain(force=True)["outcome"] for _ in range(RETRAINS))
        latest = up.live()["model_version"]
        swapped = Counter(promote(up, latest - 1 + number % 2).status for number in range(MOVES))

    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this suite is run for
            f"\n{RETRAINS + MOVES} swaps: {load.answered['GET']:,} single predictions and {load.answered['batch']:,}"
            f" lists of {INSTANCES}, {len(load.failed)} failed, from {len(load.single)} versions,"
            f" slowest {load.slowest_ms:.0f} ms"
        )
    assert outcomes == {"Promoted": RETRAINS}
    assert latest == first + RETRAINS
    assert swapped == {200: MOVES}
    assert load.failed == []
    assert len(load.single) > RETRAINS // 2
    # A list that came from two versions would be a second answer of the version that it names.
    assert {len(bodies) for bodies in (*load.single.values(), *load.batch.values())} == {1}
    verified = up.clone.nightswap("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
