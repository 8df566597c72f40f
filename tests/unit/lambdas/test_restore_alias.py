from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.contracts.runs import AliasRestored, RestoreAliasTask
from chalicelib.errors import ContractBroken
from chalicelib.ledger.rejections import Rejections
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import outcomes
from lambdas import restore_alias
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting, waits, what_waits
from tests.given.interference import Killed, raising, with_store
from tests.given.moves import after_nights, ask
from tests.given.news import DAY_SECONDS
from tests.given.nights import MODEL, going, outside, promote, register
from tests.given.present import present
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS

FAILURE = {"Error": "SingleClass", "Cause": '{"errorMessage": "one class only"}'}


@pytest.mark.parametrize(
    ("failure", "name"), [(None, "restore_alias"), (FAILURE, "restore_after_failure")], ids=["before", "after"]
)
def test_each_of_its_states_has_a_document_of_its_own(failure: dict[str, str] | None, name: str) -> None:
    assert restore_alias.state({"run": RUN, "model": MODEL, "failure": failure}) == name


def test_run_begins_with_a_sound_alias(night: FakeOutside) -> None:
    promote(night.edges, run="earlier")
    task = RestoreAliasTask(run=RUN, model=MODEL, failure=None)

    restored = restore_alias.run(task, night.edges, SETTINGS)

    assert restored == AliasRestored(function_version="1", repairs=[])
    assert outcomes.find(night.edges, run=RUN) is None


@pytest.mark.parametrize("model", [MODEL, None])
def test_run_that_broke_ends_with_its_outcome(night: FakeOutside, model: str | None) -> None:
    going(night, RUN)

    restore_alias.run(RestoreAliasTask(run=RUN, model=model, failure=FAILURE), night.edges, SETTINGS)

    recorded = present(outcomes.find(night.edges, run=RUN))
    assert (recorded.outcome, recorded.error, recorded.reason) == (
        "RetrainFailed",
        "SingleClass",
        "one class only",
    )


@pytest.mark.parametrize(("stale_days", "kinds"), [(8, ["RetrainFailed"]), (7, ["RetrainFailed", "Stale"])])
def test_run_that_broke_is_announced_and_so_is_an_old_model_that_it_left(
    night: FakeOutside, stale_days: int, kinds: list[str]
) -> None:
    promote(night.edges, run="earlier")
    night.clock.sleep(8 * DAY_SECONDS)
    going(night, RUN)
    task = RestoreAliasTask(run=RUN, model=None, failure=FAILURE)

    for _ in range(2):
        restore_alias.run(task, night.edges, replace(SETTINGS, stale_days=stale_days))

    assert [notice.kind for notice in night.notices.sent] == kinds


def test_run_that_has_not_failed_must_name_its_model() -> None:
    with pytest.raises(ContractBroken, match="names its model"):
        restore_alias.run(RestoreAliasTask(run=RUN, model=None, failure=None), outside().edges, SETTINGS)


def late(otherwise: str) -> FakeOutside:
    """Version 2 waited in vain."""
    night = outside()
    promote(night.edges, run="earlier")
    waits(night.edges, RUN, otherwise=otherwise, fingerprint="data-2")
    night.notices.sent.clear()
    night.clock.sleep(3 * DAY_SECONDS)
    return night


def test_version_that_nobody_approved_in_time_is_rejected_by_the_next_run_and_people_are_told() -> None:
    night = late("reject")
    task = RestoreAliasTask(run="next", model=MODEL, failure=None)

    restored = restore_alias.run(task, night.edges, SETTINGS)

    said = "nobody approved it until 2026-11-24T03:00:00.000Z"
    assert restored.repairs == [f"rejected version 2, which waited: {said}"]
    assert present(Quarantine(night.edges, MODEL).find("data-2")).why == said
    (notice,) = night.notices.sent
    assert (notice.kind, notice.detail["who"], notice.detail["model_version"]) == ("ModelRejected", "the deadline", 2)
    assert said in notice.text
    assert "nightswap promote 2 --model kdd99-http" in notice.text
    assert restore_alias.run(task, night.edges, SETTINGS).repairs == restored.repairs
    assert len(night.notices.sent) == 1


def test_rejection_of_a_run_that_died_before_the_quarantine_is_completed_by_the_next_run() -> None:
    night = late("reject")
    dying = with_store(night.edges, "put_if_match", after=raising(Killed()))
    with pytest.raises(Killed):
        restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), dying, SETTINGS)
    assert not Quarantine(night.edges, MODEL).holds("data-2")

    restored = restore_alias.run(RestoreAliasTask(run="after", model=MODEL, failure=None), night.edges, SETTINGS)

    said = "nobody approved it until 2026-11-24T03:00:00.000Z"
    assert restored.repairs == [f"rejected version 2, which waited: {said}"]
    assert Quarantine(night.edges, MODEL).holds("data-2")
    assert [notice.kind for notice in night.notices.sent] == ["ModelRejected"]
    rejection = present(Rejections(night.edges, MODEL).find(2))
    assert (rejection.by, rejection.who, rejection.why) == ("next", "the deadline", said)
    again = restore_alias.run(RestoreAliasTask(run="last", model=MODEL, failure=None), night.edges, SETTINGS)
    assert (again.repairs, len(night.notices.sent)) == ([], 1)


def test_rejection_by_a_person_whose_function_died_is_completed_by_the_next_run() -> None:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    with pytest.raises(Killed):
        ask(with_store(night.edges, "put_if_match", after=raising(Killed())), "reject", model_version=2)

    restored = restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert restored.repairs == ["rejected version 2, which waited: ada had begun to reject it: customers complain"]
    assert present(Quarantine(night.edges, MODEL).find("data-2")).why == "rejected: customers complain"
    assert present(Rejections(night.edges, MODEL).find(2)).who == "ada"


def test_rejection_that_nobody_completed_outlives_the_next_version_that_waits() -> None:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    with pytest.raises(Killed):
        ask(with_store(night.edges, "put_if_match", after=raising(Killed())), "reject", model_version=2)
    waits(night.edges, "later", model_version=3, fingerprint="data-3")

    restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert present(Quarantine(night.edges, MODEL).find("data-2")).who == "ada"
    assert present(Rejections(night.edges, MODEL).find(2)).who == "ada"
    assert present(what_waits(night.edges)).model_version == 3


def test_version_that_an_operator_has_promoted_since_is_not_quarantined_by_a_late_completion() -> None:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    with pytest.raises(Killed):
        ask(with_store(night.edges, "put_if_match", after=raising(Killed())), "reject", model_version=2)
    ask(night.edges, "promote", model_version=2)
    promote(night.edges, run="run-3")

    restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert not Quarantine(night.edges, MODEL).holds("data-2")
    assert Rejections(night.edges, MODEL).find(2) is not None


def test_version_that_waited_and_was_promoted_by_hand_is_not_rejected_when_its_time_is_over() -> None:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    ask(night.edges, "promote", model_version=2)
    night.notices.sent.clear()
    night.clock.sleep(3 * DAY_SECONDS)

    restored = restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert (restored.repairs, night.notices.sent) == ([], [])
    assert not Quarantine(night.edges, MODEL).holds("data-2")


def test_late_twin_of_the_live_version_is_rejected_without_locking_that() -> None:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-1")
    waits(night.edges, RUN, fingerprint="data-1")
    night.clock.sleep(3 * DAY_SECONDS)

    restored = restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert "rejected version 2, which waited" in restored.repairs[0]
    assert not Quarantine(night.edges, MODEL).holds("data-1")


def test_version_that_goes_live_by_default_is_not_rejected() -> None:
    night = late("approve")

    restored = restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert (restored.repairs, night.notices.sent) == ([], [])


def test_version_whose_time_is_over_is_left_to_whoever_took_it_up() -> None:
    night = late("reject")
    decision = Decision(verdict="approved", by="other", who="ada", why="good", at="2026-11-22T03:00:00.000Z")
    Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)

    restored = restore_alias.run(RestoreAliasTask(run="next", model=MODEL, failure=None), night.edges, SETTINGS)

    assert restored.repairs == []
