from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.approval import refusals
from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.documents import documents
from chalicelib.registry import registry
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting, waits
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, outside, register
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
LATER = "kdd99-http-nightly-20261122T0300Z"
DAY_SECONDS = 86_400


@pytest.fixture
def night() -> FakeOutside:
    """Versions 1 and 2 were promoted, 2 is live; version 3 of RUN waits, judged against it."""
    night = after_nights(2)
    register(night.edges, run=RUN, fingerprint="data-3")
    waits(night.edges, RUN, model_version=3, function_version="3", fingerprint="data-3", champion=2)
    return night


def refused(night: FakeOutside, run: str = RUN) -> str | None:
    return refusals.of_approval(night.edges, model=MODEL, run=run)


def decided(night: FakeOutside, verdict: str) -> None:
    decision = Decision(verdict=verdict, by="by-1", who="ada", why="looks so", at="2026-11-21T04:00:00.000Z")
    assert Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)


def test_version_that_waits_can_be_approved_and_rejected(night: FakeOutside) -> None:
    assert refused(night) is None
    assert refusals.of_rejection(night.edges, model=MODEL, run=RUN) is None


def test_run_of_which_nothing_waits_is_named_with_what_came_after(night: FakeOutside) -> None:
    assert (
        refused(after_nights(1))
        == f"no version of run {RUN} waits for approval: nightswap explain {RUN} tells how it ended"
    )

    waits(night.edges, LATER, model_version=4)

    assert f"version 4 of run {LATER} came after it" in str(refused(night))


def test_version_of_a_run_that_has_not_ended_has_to_wait_a_moment() -> None:
    night = after_nights(1)
    Approvals(night.edges, MODEL).put(a_waiting(RUN))

    assert refused(night) == f"run {RUN} has not ended yet: ask again in a moment"


def test_rejected_version_can_only_be_promoted_by_hand(night: FakeOutside) -> None:
    decided(night, "rejected")

    assert refused(night) == (
        "version 3 was rejected by ada at 2026-11-21T04:00:00.000Z: looks so. To use it all the same:"
        f' nightswap promote 3 --model {MODEL} --lift-quarantine --reason "..."'
    )


def test_approved_version_is_left_to_its_run(night: FakeOutside) -> None:
    decided(night, "approved")

    assert "version 3 was approved by ada" in str(refused(night))
    assert "To see what came of it: nightswap explain by-1" in str(refused(night))


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ("reject", "the next run rejects it; to use it all the same"),
        ("approve", "the next run takes it live by itself"),
    ],
)
def test_when_its_time_is_over_nobody_approves(night: FakeOutside, otherwise: str, said: str) -> None:
    waits(night.edges, LATER, model_version=4, champion=2, otherwise=otherwise)
    night.clock.sleep(3 * DAY_SECONDS)

    assert said in str(refused(night, LATER))


def test_version_that_was_judged_against_another_is_not_approved(night: FakeOutside) -> None:
    ask(night.edges, "rollback", model_version=1)

    assert refused(night) == (
        "version 3 was judged against version 2, and version 1 is live now: the next run judges the same data against"
        f" that, tonight or with nightswap retrain --model {MODEL}"
    )


def test_version_that_was_judged_against_nothing_is_not_approved_over_something(night: FakeOutside) -> None:
    waits(night.edges, LATER, model_version=4, champion=None)

    assert "was judged against nothing, and version 2 is live now" in str(refused(night, LATER))


def test_version_that_somebody_promoted_is_live_already(night: FakeOutside) -> None:
    ask(night.edges, "promote", model_version=3)

    assert refused(night) == "version 3 is live already"


def test_version_that_somebody_promoted_is_not_to_be_decided_about_any_more(night: FakeOutside) -> None:
    ask(night.edges, "promote", model_version=3)

    assert refusals.of_rejection(night.edges, model=MODEL, run=RUN) == "version 3 is live already"
    assert Approvals(night.edges, MODEL).open() is None

    ask(night.edges, "promote", model_version=2, name="back-0011223344556677")

    assert refusals.of_rejection(night.edges, model=MODEL, run=RUN) == (
        f"version 3 was made live by somebody, and version 2 is live now: nightswap versions {MODEL}"
    )


def test_first_version_is_not_approved_over_what_the_registry_does_not_know() -> None:
    night = outside()
    register(night.edges, run=RUN, fingerprint="data-1")
    waits(night.edges, RUN, model_version=1, function_version="1", champion=None)
    night.functions.publish(MODEL, b"by hand")
    night.functions.create_alias(MODEL, function_version="2", description="by hand")

    assert "serves function version 2, which the registry does not know" in str(refused(night))


def test_pin_has_to_go_first(night: FakeOutside) -> None:
    ask(night.edges, "pin")

    assert f'first nightswap unpin --model {MODEL} --reason "..."' in str(refused(night))


def test_quarantined_version_is_not_approved(night: FakeOutside) -> None:
    Quarantine(night.edges, MODEL).put("data-3", model_version=3, who="ada", why="it was ill")

    assert "it was ill" in str(refused(night))


def report_with_anchor(night: FakeOutside, **anchor: object) -> None:
    key = layout.version(MODEL, 3, registry.REPORT)
    report = documents.decode(present(night.store.find(key)).body)
    told = {"model_version": 1, "advances": False, "why": "so", **anchor}
    night.store.put(key, documents.encode({**report, "anchor": told}))


def test_version_that_was_compared_with_another_anchor_is_not_approved(night: FakeOutside) -> None:
    report_with_anchor(night)

    assert "was judged against version 1 as the anchor, and version 2 is the anchor now" in str(refused(night))


@pytest.mark.parametrize("anchor", [{"model_version": 2}, {"named": True}])
def test_version_whose_anchor_is_the_same_is_approved(night: FakeOutside, anchor: dict[str, object]) -> None:
    report_with_anchor(night, **anchor)

    assert refused(night) is None
