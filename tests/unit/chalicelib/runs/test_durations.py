"""How long each state took in the runs before."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.runs import durations
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going, outside

NOW = "now"


@pytest.fixture
def night() -> FakeOutside:
    return outside(MODEL, "other")


def a_run(night: FakeOutside, run: str, *, model: str = MODEL, **took_ms: int | None) -> None:
    """A run a minute later, with the states that it went through."""
    night.clock.sleep(60)
    going(night, run, model=model)
    for state, duration_ms in took_ms.items():
        took: dict[str, Any] = {} if duration_ms is None else {"duration_ms": duration_ms}
        status = "running" if duration_ms is None else "done"
        document = {"state": state.title(), "status": status, **took}
        night.store.put(layout.run_document(run, state), documents.encode(document))


def test_the_latest_run_that_went_through_a_state_tells_how_long_it_took(night: FakeOutside) -> None:
    a_run(night, "first", preprocess=100, train=2_000)
    a_run(night, "second", preprocess=300)
    a_run(night, NOW, preprocess=7)

    assert durations.last_time(night.edges, model=MODEL, run=NOW) == {"Preprocess": 300, "Train": 2_000}


def test_runs_of_other_models_tell_nothing(night: FakeOutside) -> None:
    a_run(night, "first", model="other", train=5)

    assert durations.last_time(night.edges, model=MODEL, run=NOW) == {}


def test_state_that_is_not_done_tells_nothing(night: FakeOutside) -> None:
    a_run(night, "first", train=2_000)
    a_run(night, "second", train=None)

    assert durations.last_time(night.edges, model=MODEL, run=NOW) == {"Train": 2_000}


def test_older_runs_than_the_latest_are_not_looked_at(night: FakeOutside) -> None:
    a_run(night, "first", train=2_000)
    for number in range(durations.LOOKED_AT):
        a_run(night, f"later-{number}")

    assert durations.last_time(night.edges, model=MODEL, run=NOW) == {}


@pytest.mark.parametrize("name", ["request", "train"])
def test_damaged_document_is_passed_over(night: FakeOutside, name: str) -> None:
    a_run(night, "first", train=2_000)
    a_run(night, "second", train=3_000)
    night.store.uncover(layout.run_document("second", name), b"{")

    assert durations.last_time(night.edges, model=MODEL, run=NOW) == {"Train": 2_000}
