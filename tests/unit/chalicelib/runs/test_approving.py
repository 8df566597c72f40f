from __future__ import annotations

import json

import pytest

from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.errors import BadRequest, RequestConflict, RunUnknown
from chalicelib.names import RUN_NAME
from chalicelib.registry.pin import Pin
from chalicelib.runs import approving, retraining
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting, waits
from tests.given.moves import after_nights
from tests.given.nights import MODEL, register
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
ATTEMPT = "0011223344556677"


@pytest.fixture
def night() -> FakeOutside:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    return night


def approve(
    night: FakeOutside, *, run: str = RUN, reason: str = "good", key: str | None = None, attempt: str = ATTEMPT
) -> dict[str, object]:
    return approving.approve(night.edges, run=run, reason=reason, who="ada", idempotency_key=key, attempt=attempt)


def test_approval_starts_a_run_that_knows_what_it_is_for(night: FakeOutside) -> None:
    started = approve(night)

    name = str(started.pop("run"))
    assert started == {"new": True, "model": MODEL, "approves": RUN, "model_version": 2}
    assert RUN_NAME.fullmatch(name)
    request = present(retraining.find_request(night.edges, run=name))
    assert (request.approves, request.who, request.reason, request.force) == (RUN, "ada", "good", False)
    execution = present(night.executions.find(name))
    assert execution.status == "RUNNING"


def test_input_of_the_execution_says_nothing_of_the_version() -> None:
    night = after_nights(1)
    waits(night.edges, RUN)
    seen: list[str] = []
    night.executions.started = lambda run, payload: seen.append(payload)

    approve(night)

    assert json.loads(seen[0]) == {"model": MODEL, "force": False, "reason": "good"}


def test_version_that_a_run_has_just_rejected_is_not_said_to_go_live_by_that_run(night: FakeOutside) -> None:
    night.executions.start("next", "{}")
    decision = Decision(verdict="rejected", by="next", who="the deadline", why="late", at="2026-11-24T03:00:00.000Z")
    Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)

    with pytest.raises(RequestConflict, match="was rejected by the deadline"):
        approve(night)


def test_same_key_is_the_same_run_also_when_the_version_has_been_decided_about(night: FakeOutside) -> None:
    first = approve(night, key="one")
    decision = Decision(verdict="rejected", by="r", who="bob", why="no", at="2026-11-21T04:00:00.000Z")
    Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)

    again = approve(night, key="one", attempt="f" * 16)

    assert (again["run"], again["new"]) == (first["run"], False)


def test_same_key_with_another_reason_is_a_conflict(night: FakeOutside) -> None:
    approve(night, key="one")

    with pytest.raises(RequestConflict, match="use a new key"):
        approve(night, key="one", reason="another")


def test_second_approval_finds_the_run_that_is_going(night: FakeOutside) -> None:
    first = str(approve(night)["run"])
    decision = Decision(verdict="approved", by=first, who="ada", why="good", at="2026-11-21T04:00:00.000Z")
    Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)

    again = approve(night, attempt="7766554433221100")

    assert (again["run"], again["new"]) == (first, False)


def test_what_cannot_be_approved_now_is_a_conflict_that_says_why_and_starts_nothing(night: FakeOutside) -> None:
    Pin(night.edges, MODEL).claim(1, who="bob", why="audit")

    with pytest.raises(RequestConflict, match=f"run {RUN} cannot be approved: version 1 is pinned by bob: audit"):
        approve(night)
    assert night.executions.recent(running_only=True) == []


@pytest.mark.parametrize("run", ["nobody", "../../etc", ""])
def test_run_that_nobody_knows_is_named(night: FakeOutside, run: str) -> None:
    with pytest.raises(RunUnknown, match="there is no run"):
        approve(night, run=run)
    with pytest.raises(RunUnknown, match="there is no run"):
        approving.to_reject(night.edges, run=run)


def test_run_that_has_not_ended_is_known_by_its_request() -> None:
    night = after_nights(1)
    going = retraining.nightly(night.edges, model=MODEL, event_time=night.clock()).run

    with pytest.raises(RequestConflict, match=f"run {going} cannot be rejected: no version of run {going} waits"):
        approving.to_reject(night.edges, run=going)


def test_version_to_reject_is_that_of_the_run(night: FakeOutside) -> None:
    assert approving.to_reject(night.edges, run=RUN).model_version == 2


def test_body_gives_the_reason_and_has_to() -> None:
    assert approving.reason_in(b'{"reason": " good "}') == "good"
    with pytest.raises(BadRequest, match="reason is missing"):
        approving.reason_in(b"{}")
