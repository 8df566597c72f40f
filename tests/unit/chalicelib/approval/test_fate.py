from __future__ import annotations

from typing import Any

import pytest

from chalicelib.approval import fate
from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.contracts.decisions import SUPERSEDED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.explain import explanation, facts
from chalicelib.runs import outcomes, runs
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting, waits
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, promote, register
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
LATER = "kdd99-http-nightly-20261122T0300Z"
NOW = "2026-11-21T03:00:00.000Z"


@pytest.fixture
def night() -> FakeOutside:
    """Version 2 of RUN waits."""
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    return night


def approve(night: FakeOutside) -> None:
    decision = Decision(verdict="approved", by="taking", who="bob", why="good", at="2026-11-21T04:00:00.000Z")
    assert Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)


def words(night: FakeOutside) -> str | None:
    found = fate.find(night.edges, model=MODEL, run=RUN)
    return found.words if found else None


def explained(night: FakeOutside) -> list[str]:
    return explanation.explain(facts.gather(night.edges, run=RUN))


def replace(night: FakeOutside) -> None:
    register(night.edges, run=LATER, fingerprint="data-3")
    waits(night.edges, LATER, model_version=3)


def test_nothing_became_of_what_waits_and_the_way_on_is_told(night: FakeOutside) -> None:
    assert words(night) is None
    assert runs.describe(night.edges, run=RUN)["decided"] is None
    assert explained(night)[-1].startswith(f"To make it live: nightswap approve {RUN}")


def test_rejection_is_told_with_who_when_and_why(night: FakeOutside) -> None:
    ask(night.edges, "reject", model_version=2)

    said = f"version 2 was rejected by ada at {NOW}: customers complain"
    assert words(night) == said
    assert present(runs.describe(night.edges, run=RUN)["decided"])["words"] == said
    lines = explained(night)
    assert f"Why: {said}" in lines
    assert not any("nightswap approve" in line for line in lines)
    assert lines[-1] == (
        "To use it all the same: nightswap promote 2 --model kdd99-http --lift-quarantine --reason TEXT"
    )


def test_rejection_is_told_when_a_newer_version_waits_too(night: FakeOutside) -> None:
    ask(night.edges, "reject", model_version=2)
    replace(night)

    assert words(night) == f"version 2 was rejected by ada at {NOW}: customers complain"


def test_rejection_that_nobody_completed_is_told(night: FakeOutside) -> None:
    decision = Decision(verdict="rejected", by="reject-1", who="ada", why="no", at=NOW)
    Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)

    assert words(night) == f"version 2 was rejected by ada at {NOW}: no"


def test_approval_is_told_with_the_run_that_it_started(night: FakeOutside) -> None:
    approve(night)

    assert words(night) == "version 2 was approved by bob at 2026-11-21T04:00:00.000Z: good"
    assert explained(night)[-1] == "What came of that: nightswap explain taking"


def test_version_waits_again_when_the_run_of_its_approval_promoted_nothing(night: FakeOutside) -> None:
    approve(night)
    ended: dict[str, Any] = {"run": "taking", "model": MODEL, "outcome": SUPERSEDED, "reason": "so", "error": None}
    outcomes.record(night.edges, RunOutcome(**ended))

    assert words(night) is None


def test_version_that_somebody_promoted_by_hand_is_told_so(night: FakeOutside) -> None:
    ask(night.edges, "promote", model_version=2)

    assert words(night) == f"version 2 was promoted by ada at {NOW}: customers complain"
    replace(night)
    assert words(night) == f"version 2 was promoted by ada at {NOW}: customers complain"
    assert explained(night)[-1] == "What is live now: nightswap versions kdd99-http"


def test_version_that_a_newer_one_replaced_is_told_so(night: FakeOutside) -> None:
    replace(night)

    said = f"version 2 waits no more: since {NOW} a newer one of run {LATER} waits in its place"
    assert words(night) == said
    assert explained(night)[-1] == f"What came of that: nightswap explain {LATER}"


def test_nothing_is_told_of_a_run_whose_note_is_gone(night: FakeOutside) -> None:
    assert fate.find(night.edges, model=MODEL, run="another") is None
    assert fate.find(after_nights(1).edges, model=MODEL, run=RUN) is None


def test_nothing_is_told_of_a_run_that_has_not_ended() -> None:
    night = after_nights(1)
    promote(night.edges, run="other", fingerprint="data-9")
    assert fate.find(night.edges, model=MODEL, run=RUN) is None
