from __future__ import annotations

import pytest

from chalicelib.errors import NoLiveModel, VersionUnfit, VersionUnknown
from chalicelib.interventions import move_decisions
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.moves import after_nights, ask, canary, request, serving
from tests.given.nights import MODEL, outside, promote, register
from tests.given.present import present
from tests.given.serving_code import WRONG


def test_rollback_goes_to_the_version_that_was_live_before() -> None:
    night = after_nights(3)

    body = ask(night.edges, "rollback")

    assert serving(night) == ("2", {})
    assert (body["moved"], body["from"]["model_version"], body["to"]["model_version"]) == (True, 3, 2)


def test_rolled_back_version_is_quarantined() -> None:
    night = after_nights(2)

    body = ask(night.edges, "rollback")

    found = Quarantine(night.edges, MODEL).find("data-2")
    assert found is not None
    assert (found.model_version, found.who, found.why) == (2, "ada", "rolled back: customers complain")
    assert body["quarantined"] == [2]


def test_rollback_takes_a_canary_back_and_quarantines_its_candidate_alone() -> None:
    night = after_nights(2)
    candidate = canary(night.edges)

    body = ask(night.edges, "rollback")

    assert serving(night) == ("2", {})
    assert body["quarantined"] == [candidate.model_version]
    assert Quarantine(night.edges, MODEL).find("data-2") is None


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


def test_rollback_of_a_canary_of_the_same_data_does_not_lock_what_stays_live() -> None:
    night = after_nights(2)
    canary(night.edges, fingerprint="data-2")

    body = ask(night.edges, "rollback")

    assert serving(night) == ("2", {})
    assert (body["quarantined"], Quarantine(night.edges, MODEL).model_versions()) == ([], {})


def test_rollback_beside_a_canary_leaves_a_live_version_that_is_quarantined() -> None:
    night = after_nights(3)
    canary(night.edges)
    Quarantine(night.edges, MODEL).put("data-3", model_version=3, who="ada", why="ill")

    assert ask(night.edges, "rollback")["quarantined"] == [3, 4]
    assert serving(night) == ("2", {})


def test_rollback_to_a_named_version_leaves_live_and_candidate_behind() -> None:
    night = after_nights(3)
    canary(night.edges)

    body = ask(night.edges, "rollback", model_version=1)

    assert serving(night) == ("1", {})
    assert body["quarantined"] == [3, 4]


def test_rollback_to_the_live_version_moves_nothing() -> None:
    night = after_nights(2)
    before = serving(night), Ledger(night.edges, MODEL).last()

    body = ask(night.edges, "rollback", model_version=2)

    assert body["moved"] is False
    assert body["remarks"] == ["version 2 is live already"]
    assert (serving(night), Ledger(night.edges, MODEL).last()) == before


def test_rollback_does_not_go_to_a_quarantined_version() -> None:
    night = after_nights(3)
    ask(night.edges, "rollback")

    with pytest.raises(VersionUnfit, match=r"quarantined since .* by ada: rolled back: .*--lift-quarantine"):
        ask(night.edges, "rollback", name="rollback-2", model_version=3)


def test_rollback_to_a_version_that_does_not_answer_as_judged_is_refused(night: FakeOutside) -> None:
    register(night.edges, run="wrong", behaviour=WRONG, fingerprint="data-0")
    promote(night.edges, run="run-1")
    before = serving(night)

    with pytest.raises(VersionUnfit, match="does not answer as it was judged"):
        ask(night.edges, "rollback", model_version=1)

    assert serving(night) == before
    assert Quarantine(night.edges, MODEL).model_versions() == {}


@pytest.mark.parametrize("action", ["rollback", "pin"])
def test_without_a_live_version_there_is_nothing_to_move(action: str) -> None:
    with pytest.raises(NoLiveModel, match="nightswap restore kdd99-http"):
        ask(outside().edges, action)


def test_promote_makes_any_complete_version_live() -> None:
    night = after_nights(1)
    waiting = register(night.edges, run="waiting", fingerprint="data-2")

    body = ask(night.edges, "promote", model_version=waiting.model_version)

    assert serving(night) == (waiting.function_version, {})
    assert present(Ledger(night.edges, MODEL).last()).kind == "promoted"
    assert body["quarantined"] == []


def test_first_version_is_promoted_by_hand(night: FakeOutside) -> None:
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
    assert Quarantine(night.edges, MODEL).find("data-2") is None


def test_quarantine_of_the_live_version_is_lifted_without_a_move() -> None:
    night = after_nights(1)
    Quarantine(night.edges, MODEL).put("data-1", model_version=1, who="ada", why="by mistake")

    body = ask(night.edges, "promote", model_version=1, lift_quarantine=True)

    assert (body["moved"], body["lifted"]) == (False, True)
    assert Quarantine(night.edges, MODEL).model_versions() == {}


@pytest.mark.parametrize("number", [None, 99])
def test_version_that_is_not_there_cannot_be_promoted(number: int | None) -> None:
    with pytest.raises(VersionUnknown):
        ask(after_nights(1).edges, "promote", model_version=number)


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
