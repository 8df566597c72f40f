from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.promotion import obstacles
from chalicelib.promotion.lease import Lease
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, content, going, outside, promote

RUN = "run-2"


def running() -> FakeOutside:
    """Version 1 is live, and RUN holds the lease."""
    night = outside()
    promote(night.edges, run="run-1")
    Lease(night.edges, MODEL).take(going(night, RUN))
    return night


def obstacle(night: FakeOutside) -> str | None:
    return obstacles.obstacle(night.edges, run=RUN, model=MODEL, model_version=2, fingerprint="data-2")


def test_nothing_stands_in_the_way_of_a_run_with_its_lease() -> None:
    night = running()
    before = content(night)

    assert obstacle(night) is None
    assert content(night) == before


@pytest.mark.parametrize(("holder", "words"), [(None, "nobody"), ("next", "next")])
def test_lost_lease_stands_in_the_way(holder: str | None, words: str) -> None:
    night = running()
    night.store.delete(layout.lease(MODEL))
    if holder:
        night.store.put(
            layout.lease(MODEL), documents.encode({"holder": holder, "taken_at": documents.timestamp(night.clock())})
        )

    assert obstacle(night) == f"the lease is no longer this run's but {words}'s"


def test_quarantine_of_the_fingerprint_stands_in_the_way() -> None:
    night = running()
    Quarantine(night.edges, MODEL).put("data-2", model_version=1, who="ada", why="it was ill")

    assert "quarantined since" in (obstacle(night) or "")


def test_quarantine_of_another_fingerprint_does_not() -> None:
    night = running()
    Quarantine(night.edges, MODEL).put("data-1", model_version=1, who="ada", why="it was ill")

    assert obstacle(night) is None


def test_pin_stands_in_the_way_and_the_version_is_kept_for_later() -> None:
    night = running()
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")

    assert obstacle(night) == (
        f'version 1 is pinned by ada: the audit; version 2 waits: nightswap unpin --model {MODEL} --reason "...",'
        f' then nightswap promote 2 --model {MODEL} --reason "..."'
    )
    assert documents.find(night.store, layout.judged(MODEL)) == {
        "run": RUN,
        "fingerprint": "data-2",
        "champion": 1,
        "waits_as": 2,
    }


def test_quarantined_version_does_not_wait_for_the_pin_to_go() -> None:
    night = running()
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
    Quarantine(night.edges, MODEL).put("data-2", model_version=2, who="ada", why="it was ill")

    assert "quarantined" in (obstacle(night) or "")
    assert night.store.find(layout.judged(MODEL)) is None
