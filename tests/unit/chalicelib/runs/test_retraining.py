from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import layout, names
from chalicelib.contracts.decisions import NOTHING_NEW
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import (
    ExecutionsUnavailable,
    RequestConflict,
)
from chalicelib.names import MODEL_NAME
from chalicelib.promotion.lease import Lease
from chalicelib.runs import outcomes, retraining
from chalicelib.runs.retraining import Request, Started, Wish
from tests.fakes.edges import FakeOutside
from tests.given.interference import interfered, raising, with_store
from tests.given.nights import MODEL, content, going, outside

EVENT_TIME = datetime(2026, 11, 21, 3, 0, 17, tzinfo=UTC)
model_names = st.from_regex(MODEL_NAME.pattern, fullmatch=True)


def a_wish(**changes: Any) -> Wish:
    return Wish(**{"model": MODEL, "force": False, "reason": "on demand", **changes})


def ask(night: FakeOutside, *, key: str | None = None, attempt: str = "abc123", **changes: Any) -> Started:
    return retraining.on_demand(night.edges, wish=a_wish(**changes), idempotency_key=key, attempt=attempt)


def started_runs(night: FakeOutside) -> list[str]:
    return [effect.subject for effect in night.history.of("start")]


def test_nightly_run_is_named_by_model_and_minute(night: FakeOutside) -> None:
    started = retraining.nightly(night.edges, model=MODEL, event_time=EVENT_TIME)

    assert started == Started("kdd99-http-nightly-20261121T0300Z", is_new=True)
    assert (
        night.executions.payloads[started.run]
        == documents.encode({"model": MODEL, "force": False, "reason": "nightly"}).decode()
    )


def test_nightly_event_delivered_twice_gives_one_run(night: FakeOutside) -> None:
    retraining.nightly(night.edges, model=MODEL, event_time=EVENT_TIME)
    before = content(night)
    night.clock.sleep(90)

    again = retraining.nightly(night.edges, model=MODEL, event_time=EVENT_TIME + timedelta(seconds=40))

    assert again == Started("kdd99-http-nightly-20261121T0300Z", is_new=False)
    assert started_runs(night) == [again.run]
    assert content(night) == before


def test_nightly_minute_is_in_utc_wherever_the_event_was_written(night: FakeOutside) -> None:
    tokyo = EVENT_TIME.astimezone(timezone(timedelta(hours=9)))

    assert retraining.nightly(night.edges, model=MODEL, event_time=tokyo).run == "kdd99-http-nightly-20261121T0300Z"


def test_every_model_has_its_run_tonight() -> None:
    night = outside("a", "b")

    started = retraining.tonight(night.edges, event_time=EVENT_TIME)

    assert [each.run for each in started] == ["a-nightly-20261121T0300Z", "b-nightly-20261121T0300Z"]


def test_tonight_without_models_starts_nothing() -> None:
    assert retraining.tonight(FakeOutside().edges, event_time=EVENT_TIME) == []


def test_one_models_trouble_is_raised_after_the_others_were_started() -> None:
    night = outside("a", "b", "c")
    key = layout.run_document("b-nightly-20261121T0300Z", "request")
    night.store.put(key, documents.encode({"model": "b", "force": True, "reason": "by hand"}))

    with pytest.raises(RequestConflict, match="b-nightly-20261121T0300Z"):
        retraining.tonight(night.edges, event_time=EVENT_TIME)

    assert started_runs(night) == ["a-nightly-20261121T0300Z", "c-nightly-20261121T0300Z"]


def test_request_is_kept_with_its_time(night: FakeOutside) -> None:
    started = ask(night, reason="new features", force=True)

    assert documents.find(night.store, layout.run_document(started.run, "request")) == {
        "schema": Request.SCHEMA,
        "model": MODEL,
        "force": True,
        "reason": "new features",
        "requested_at": "2026-11-21T03:00:00.000Z",
        "attempt": "abc123",
    }


def test_same_key_and_wish_are_the_same_run(night: FakeOutside) -> None:
    first = ask(night, key="deploy-17", attempt="111111")
    again = ask(night, key="deploy-17", attempt="222222")

    assert re.fullmatch(r"kdd99-http-key-[0-9a-f]{20}", first.run)
    assert (first.is_new, again) == (True, Started(first.run, is_new=False))
    assert started_runs(night) == [first.run]


@pytest.mark.parametrize("changes", [{"force": True}, {"reason": "another"}])
def test_same_key_with_another_wish_is_a_conflict(night: FakeOutside, changes: dict[str, Any]) -> None:
    first = ask(night, key="deploy-17")

    with pytest.raises(RequestConflict, match="use a new key") as caught:
        ask(night, key="deploy-17", **changes)

    assert caught.value.details == {"run": first.run}
    assert started_runs(night) == [first.run]


def test_same_key_of_two_models_is_two_runs() -> None:
    night = outside(MODEL, "other")

    assert ask(night, key="deploy-17").run != ask(night, key="deploy-17", model="other").run


def test_key_serves_even_while_another_run_is_going(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "kdd99-http-nightly-20261121T0300Z"))

    assert ask(night, key="deploy-17").is_new


def test_loser_starts_the_execution_of_a_winner_that_died_before_it_did(night: FakeOutside) -> None:
    executions = interfered(night.executions, "start", before=raising(ExecutionsUnavailable("throttled")))
    edges = replace(night.edges, executions=executions)
    with pytest.raises(ExecutionsUnavailable):
        retraining.on_demand(edges, wish=a_wish(), idempotency_key="deploy-17", attempt="111111")

    again = ask(night, key="deploy-17")

    assert not again.is_new
    assert started_runs(night) == [again.run]


def test_two_equal_requests_at_once_start_one_run(night: FakeOutside) -> None:
    raced = with_store(night.edges, "put_if_absent", before=lambda: ask(night, key="deploy-17"))

    slow = retraining.on_demand(raced, wish=a_wish(), idempotency_key="deploy-17", attempt="222222")

    assert not slow.is_new
    assert started_runs(night) == [slow.run]


def test_request_that_was_sent_again_because_its_answer_was_lost_is_still_the_one_that_started_the_run(
    night: FakeOutside,
) -> None:
    sent_twice = with_store(
        night.edges, "put_if_absent", before=lambda: ask(night, key="deploy-17", attempt="222222")
    )

    started = retraining.on_demand(sent_twice, wish=a_wish(), idempotency_key="deploy-17", attempt="222222")

    assert started.is_new
    assert started_runs(night) == [started.run]


def test_run_that_was_over_long_ago_is_not_started_again(night: FakeOutside) -> None:
    first = ask(night, key="deploy-17")
    ended = RunOutcome(run=first.run, model=MODEL, outcome=NOTHING_NEW, reason="", error=None)
    outcomes.record(night.edges, ended)
    night.executions.forget(first.run)

    again = ask(night, key="deploy-17")

    assert again == Started(first.run, is_new=False)
    assert night.executions.find(first.run) is None


def test_keyless_request_is_named_by_model_time_and_chance() -> None:
    assert ask(outside()) == Started("kdd99-http-20261121T030000Z-abc123", is_new=True)


def test_keyless_request_finds_the_run_that_holds_the_lease(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "kdd99-http-nightly-20261121T0300Z"))

    assert ask(night) == Started("kdd99-http-nightly-20261121T0300Z", is_new=False)


def test_keyless_request_finds_the_run_that_has_not_come_to_its_lease_yet(night: FakeOutside) -> None:
    first = ask(night, attempt="111111")

    assert ask(night, attempt="222222") == Started(first.run, is_new=False)


@pytest.mark.parametrize(
    "run", ["kdd99-http-two-nightly-20261121T0300Z", "kdd99-nightly-20261121T0300Z", "kdd99-http-by-hand"]
)
def test_keyless_request_is_not_taken_for_another_models_run(night: FakeOutside, run: str) -> None:
    going(night, run)

    assert ask(night).is_new


def test_keyless_request_starts_anew_after_a_run_that_died_with_its_lease(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "kdd99-http-nightly-20261121T0300Z"))
    night.executions.finish("kdd99-http-nightly-20261121T0300Z", "ABORTED")

    assert ask(night).is_new


def test_forced_request_always_starts_anew(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "kdd99-http-nightly-20261121T0300Z"))

    forced = [ask(night, force=True, attempt=attempt) for attempt in ("111111", "222222")]

    assert [each.is_new for each in forced] == [True, True]
    assert len({each.run for each in forced}) == 2


@given(model=model_names, key=st.text(min_size=1, max_size=256))
def test_every_runs_name_tells_its_model_and_is_one_that_step_functions_takes(model: str, key: str) -> None:
    night = outside(model)

    runs = [
        retraining.nightly(night.edges, model=model, event_time=EVENT_TIME).run,
        ask(night, model=model, key=key).run,
        ask(night, model=model, force=True).run,
    ]

    for run in runs:
        match = names.RUN_NAME.fullmatch(run)
        assert match is not None and match["model"] == model
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", run)


def test_run_whose_outcome_is_recorded_is_no_longer_going(night: FakeOutside) -> None:
    over = going(night, "kdd99-http-20261121T030000Z-aaaaaa")
    ended = RunOutcome(run=over, model=MODEL, outcome="NothingNew", reason="nothing", error=None)
    outcomes.record(night.edges, ended)

    started = retraining.on_demand(night.edges, wish=a_wish(), idempotency_key=None, attempt="bbbbbb")

    assert started.is_new
    assert started.run != over
