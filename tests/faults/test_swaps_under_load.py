"""Promotions while predictions go on: none fails, and each comes from one version."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from tests.clone import LocalUp

SWAPS = 20
CLIENTS = 4
QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"
BATCH = {"instances": [{"duration": 0, "src_bytes": 54540, "dst_bytes": 8314}] * 5}


def test_no_prediction_fails_while_versions_are_swapped(
    up: LocalUp, record_property: Callable[[str, object], None]
) -> None:
    answers: Counter[tuple[int, int | None]] = Counter()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            for answer in (up.call("GET", QUERY), up.call("POST", "/predict", BATCH)):
                answers[(answer.status, answer.body.get("model_version"))] += 1

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    outcomes = Counter(up.retrain(force=True)["outcome"] for _ in range(SWAPS))
    over.set()
    for client in clients:
        client.join()

    failed = {key: count for key, count in answers.items() if key[0] != 200}
    record_property("predictions", sum(answers.values()))
    assert outcomes == {"Promoted": SWAPS}
    assert not failed
    assert len({version for _, version in answers}) > SWAPS // 2
