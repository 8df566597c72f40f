from __future__ import annotations

import pytest

from chalicelib import ledger, move_decisions, pin, quarantine
from chalicelib.errors import NoLiveModel, RequestConflict, VersionUnfit, VersionUnknown
from tests.unit.chalicelib.moves import after_nights, ask, canary, request, serving
from tests.unit.chalicelib.nights import MODEL, outside, promote, register
from tests.unit.chalicelib.serving_code import WRONG


def test_rollback_goes_to_the_version_that_was_live_before() -> None:
    night = after_nights(3)

    body = ask(night.edges, "rollback")

    assert serving(night) == ("2", {})
    assert (body["moved"], body["from"]["model_version"], body["to"]["model_version"]) == (True, 3, 2)


def test_rolled_back_version_is_quarantined() -> None:
    night = after_nights(2)

    body = ask(night.edges, "rollback")

    found = quarantine.find(night.edges, model=MODEL, fingerprint="data-2")
    assert found is not None
    assert (found["model_version"], found["who"], found["why"]) == (2, "ada", "rolled back: customers complain")
    assert body["quarantined"] == [2]


def test_rollback_takes_a_canary_back_and_quarantines_its_candidate_alone() -> None:
    night = after_nights(2)
    candidate = canary(night.edges)

    body = ask(night.edges, "rollback")

    assert serving(night) == ("2", {})
    assert body["quarantined"] == [candidate.model_version]
    assert quarantine.find(night.edges, model=MODEL, fingerprint="data-2") is None


def test_candidate_that_other_hands_gave_weights_is_known_by_its_code() -> None:
    night = after_nights(1)
    candidate = register(night.edges, run="by-hand", fingerprint="data-by-hand")
    alias = night.functions.alias(MODEL)
    assert alias is not None
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={candidate.function_version: 0.5},
        description=alias.description,
        revision_id=alias.revision_id,
    )

    assert ask(night.edges, "rollback")["quarantined"] == [candidate.model_version]


def test_rollback_to_a_named_version_leaves_live_and_candidate_behind() -> None:
    night = after_nights(3)
    canary(night.edges)

    body = ask(night.edges, "rollback", model_version=1)

    assert serving(night) == ("1", {})
    assert body["quarantined"] == [3, 4]


def test_rollback_to_the_live_version_moves_nothing() -> None:
    night = after_nights(2)
    before = serving(night), ledger.last(night.edges, model=MODEL)

    body = ask(night.edges, "rollback", model_version=2)

    assert body["moved"] is False
    assert body["remarks"] == ["version 2 is live already"]
    assert (serving(night), ledger.last(night.edges, model=MODEL)) == before


def test_rollback_does_not_go_to_a_quarantined_version() -> None:
    night = after_nights(3)
    ask(night.edges, "rollback")

    with pytest.raises(VersionUnfit, match=r"quarantined since .* by ada: rolled back: .*--lift-quarantine"):
        ask(night.edges, "rollback", name="rollback-2", model_version=3)


def test_rollback_to_a_version_that_does_not_answer_as_judged_is_refused() -> None:
    night = outside()
    register(night.edges, run="wrong", behaviour=WRONG, fingerprint="data-0")
    promote(night.edges, run="run-1")
    before = serving(night)

    with pytest.raises(VersionUnfit, match="does not answer as it was judged"):
        ask(night.edges, "rollback", model_version=1)

    assert serving(night) == before
    assert quarantine.model_versions(night.edges, model=MODEL) == {}


@pytest.mark.parametrize("action", ["rollback", "pin"])
def test_without_a_live_version_there_is_nothing_to_move(action: str) -> None:
    with pytest.raises(NoLiveModel, match="nightswap restore kdd99-http"):
        ask(outside().edges, action)


def test_promote_makes_any_complete_version_live() -> None:
    night = after_nights(1)
    waiting = register(night.edges, run="waiting", fingerprint="data-2")

    body = ask(night.edges, "promote", model_version=waiting.model_version)

    assert serving(night) == (waiting.function_version, {})
    assert (ledger.last(night.edges, model=MODEL) or {})["kind"] == "promoted"
    assert body["quarantined"] == []


def test_first_version_is_promoted_by_hand() -> None:
    night = outside()
    first = register(night.edges, run="first")

    body = ask(night.edges, "promote", model_version=1)

    assert serving(night) == (first.function_version, {})
    assert body["from"] == {"model_version": None, "function_version": None}


def test_promoting_the_live_version_moves_nothing() -> None:
    night = after_nights(2)

    assert ask(night.edges, "promote", model_version=2)["moved"] is False


def test_promoting_the_live_version_ends_a_canary() -> None:
    night = after_nights(1)
    canary(night.edges)

    assert ask(night.edges, "promote", model_version=1)["moved"] is True
    assert serving(night) == ("1", {})


def test_quarantined_version_is_promoted_when_its_quarantine_is_lifted() -> None:
    night = after_nights(2)
    ask(night.edges, "rollback")

    with pytest.raises(VersionUnfit, match="--lift-quarantine"):
        ask(night.edges, "promote", model_version=2)
    body = ask(night.edges, "promote", name="promote-2", model_version=2, lift_quarantine=True)

    assert serving(night) == ("2", {})
    assert body["lifted"] is True
    assert quarantine.find(night.edges, model=MODEL, fingerprint="data-2") is None


def test_quarantine_of_the_live_version_is_lifted_without_a_move() -> None:
    night = after_nights(1)
    quarantine.put(night.edges, model=MODEL, fingerprint="data-1", model_version=1, who="ada", why="by mistake")

    body = ask(night.edges, "promote", model_version=1, lift_quarantine=True)

    assert (body["moved"], body["lifted"]) == (False, True)
    assert quarantine.model_versions(night.edges, model=MODEL) == {}


@pytest.mark.parametrize("number", [None, 99])
def test_version_that_is_not_there_cannot_be_promoted(number: int | None) -> None:
    with pytest.raises(VersionUnknown):
        ask(after_nights(1).edges, "promote", model_version=number)


@pytest.mark.parametrize("action", ["promote", "pin"])
def test_pin_stands_in_the_way_of_other_versions(action: str) -> None:
    night = after_nights(2)
    ask(night.edges, "pin", name="pin-1")

    with pytest.raises(RequestConflict, match=r"version 2 is pinned by ada: .*: nightswap unpin"):
        ask(night.edges, action, model_version=1)


def test_live_version_is_pinned_with_a_new_revision() -> None:
    night = after_nights(2)
    before = night.functions.alias(MODEL)

    body = ask(night.edges, "pin")

    after = night.functions.alias(MODEL)
    assert before is not None and after is not None
    assert (after.function_version, after.revision_id != before.revision_id) == ("2", True)
    assert (pin.find(night.edges, model=MODEL) or {})["model_version"] == 2
    assert (body["moved"], body["pinned"]) == (True, 2)


def test_another_version_is_pinned_and_made_live() -> None:
    night = after_nights(3)

    ask(night.edges, "pin", model_version=1)

    assert serving(night) == ("1", {})
    assert (pin.find(night.edges, model=MODEL) or {})["model_version"] == 1


def test_quarantined_version_is_not_pinned() -> None:
    night = after_nights(2)
    ask(night.edges, "rollback")

    with pytest.raises(VersionUnfit):
        ask(night.edges, "pin", model_version=2)

    assert pin.find(night.edges, model=MODEL) is None


def test_pinning_ends_a_canary() -> None:
    night = after_nights(1)
    canary(night.edges)

    ask(night.edges, "pin")

    assert serving(night) == ("1", {})


def test_pinning_twice_moves_once() -> None:
    night = after_nights(1)

    moved = [ask(night.edges, "pin", name=name)["moved"] for name in ("pin-1", "pin-2")]

    assert moved == [True, False]


def test_unpinned_model_has_a_new_revision_and_no_pin() -> None:
    night = after_nights(2)
    ask(night.edges, "pin")
    before = night.functions.alias(MODEL)

    body = ask(night.edges, "unpin")

    after = night.functions.alias(MODEL)
    assert before is not None and after is not None
    assert after.revision_id != before.revision_id
    assert serving(night) == ("2", {})
    assert pin.find(night.edges, model=MODEL) is None
    assert (body["moved"], body["pinned"]) == (True, None)


def test_model_that_is_not_pinned_is_not_unpinned() -> None:
    assert ask(after_nights(1).edges, "unpin")["remarks"] == ["nothing is pinned"]


def test_pin_of_a_lost_alias_waits_for_its_restoration() -> None:
    night = after_nights(1)
    ask(night.edges, "pin")
    night.functions.delete_alias(MODEL)

    with pytest.raises(NoLiveModel):
        ask(night.edges, "unpin")


def test_rollback_takes_the_pin_along() -> None:
    night = after_nights(2)
    ask(night.edges, "pin")

    body = ask(night.edges, "rollback")

    assert serving(night) == ("1", {})
    assert (pin.find(night.edges, model=MODEL) or {})["model_version"] == 1
    assert body["remarks"] == ["the pin moved along: nightswap unpin --model kdd99-http lets runs promote again"]


def test_alias_of_other_hands_is_rolled_back_to_what_the_ledger_knows() -> None:
    night = after_nights(2)
    night.functions.publish(MODEL, b"nobody's")
    alias = night.functions.alias(MODEL)
    assert alias is not None
    night.functions.update_alias(
        MODEL, function_version="3", weights={}, description="by hand", revision_id=alias.revision_id
    )

    body = ask(night.edges, "rollback")

    assert serving(night) == ("2", {})
    assert (body["from"]["model_version"], body["quarantined"]) == (None, [])


def test_decision_changes_nothing_that_serves() -> None:
    night = after_nights(2)
    before = len(night.history.effects)

    move_decisions.decide(night.edges, request("rollback"))

    assert len(night.history.effects) == before
