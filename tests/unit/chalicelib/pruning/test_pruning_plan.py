"""What pruning would delete, and why the rest is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.promotion import promotion
from chalicelib.promotion.lease import Lease
from chalicelib.pruning import pruning_plan
from chalicelib.pruning.pruning_plan import Leftover
from chalicelib.pruning.retention import Policy
from chalicelib.registry import catalog, registry
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.approvals import waits
from tests.given.nights import GIVEN_UP, MODEL, content, going, outside, promote, register, shift
from tests.given.old_nights import ALL, DAY, dead_run, nights, plan
from tests.given.records import by_hand, silent


def reasons(night: FakeOutside, policy: Policy = ALL) -> dict[int, str | None]:
    return {each.version.model_version: each.kept_because for each in plan(night, policy).decisions}


@pytest.fixture
def night() -> FakeOutside:
    return nights(2)


def test_live_version_and_the_one_before_always_stay() -> None:
    night = nights(4)
    before = content(night)

    assert reasons(night) == {4: "live", 3: "live before: the next to go back to", 2: None, 1: None}
    assert content(night) == before


def test_model_without_versions_has_nothing_to_prune() -> None:
    found = plan(outside())

    assert (found.decisions, found.doomed, found.leftovers, found.stored_bytes) == ((), (), (), 0)


def test_policy_keeps_the_newest_and_the_young() -> None:
    night = nights(5)

    assert reasons(night, Policy(keep=4, days=0))[2] == "one of the newest 4"
    assert reasons(night, Policy(keep=0, days=8)) == {
        5: "live",
        4: "live before: the next to go back to",
        3: "younger than 8 days",
        2: None,
        1: None,
    }


def test_what_left_live_in_the_last_day_stays(night: FakeOutside) -> None:
    promote(night.edges, run="run-3", fingerprint="data-3")
    promote(night.edges, run="run-4", fingerprint="data-4")
    night.clock.sleep(DAY - 60)

    assert "left live" in str(reasons(night)[2])
    night.clock.sleep(120)
    assert reasons(night)[2] is None


def test_version_with_a_share_of_the_traffic_stays(night: FakeOutside) -> None:
    third = register(night.edges, run="run-3", fingerprint="data-3")
    promotion.move_alias(night.edges, shift(night.edges, third, run="run-3"))
    night.clock.sleep(2 * DAY)

    assert reasons(night)[3] == "live"


def test_share_that_the_ledger_knows_alone_holds_its_version(night: FakeOutside) -> None:
    third = register(night.edges, run="run-3", fingerprint="data-3")
    promotion.move_alias(night.edges, shift(night.edges, third, run="run-3"))
    by_hand(night, "2")

    assert reasons(night)[3] == "live by the ledger"


def test_pinned_and_quarantined_versions_stay() -> None:
    night = nights(5)
    Pin(night.edges, MODEL).claim(1, who="ops", why="audit")
    Quarantine(night.edges, MODEL).put("data-2", model_version=2, who="ops", why="worse")

    found = reasons(night)

    assert (found[1], found[2], found[3]) == ("pinned", "quarantined: the evidence stays", None)


def test_anchor_stays_however_old_it_is() -> None:
    night = nights(1)
    for number in (2, 3, 4):
        promote(night.edges, run=f"run-{number}", fingerprint=f"data-{number}", is_anchor=False)
        night.clock.sleep(2 * DAY)

    assert reasons(night)[1] == "the anchor: new models are compared with it"
    assert reasons(night)[2] is None
    named = pruning_plan.make(night.edges, model=MODEL, policy=ALL, report=silent, named=2)
    assert [each.model_version for each in named.doomed] == []


def test_version_that_waits_for_the_pin_to_go_stays_as_long_as_it_stands() -> None:
    night = nights(4)
    Pin(night.edges, MODEL).claim(4, who="ops", why="audit")
    night.store.put(
        layout.judged(MODEL),
        documents.encode({"run": "run-2", "fingerprint": "data-2", "champion": 1, "waits_as": 2}),
    )
    assert reasons(night)[2] == "waits until the pin is gone"

    night.store.delete(layout.pin(MODEL))
    assert reasons(night)[2] is None


def test_version_that_a_rollback_would_go_to_stays_beside_the_one_before() -> None:
    night = nights(5)
    Quarantine(night.edges, MODEL).put("data-4", model_version=4, who="ops", why="worse")

    found = reasons(night)

    assert (found[4], found[3], found[2]) == (
        "quarantined: the evidence stays",
        "live before: the next to go back to",
        None,
    )


def test_version_before_that_a_rollback_passes_over_stays_beside_the_one_that_it_goes_to() -> None:
    night = nights(3)
    promote(night.edges, run="run-4", fingerprint="data-3")

    found = reasons(night)

    assert (found[3], found[2], found[1]) == (*["live before: the next to go back to"] * 2, None)


def test_version_of_a_run_that_is_going_stays(night: FakeOutside) -> None:
    register(night.edges, run="run-3", fingerprint="data-3")
    night.clock.sleep(2 * DAY)
    assert reasons(night)[3] is None

    Lease(night.edges, MODEL).take(going(night, "run-3"))
    assert reasons(night)[3] == "its run is going"


def test_alias_of_other_hands_holds_the_version_that_it_points_to() -> None:
    night = nights(4)
    by_hand(night, "1")

    assert reasons(night)[1] == "live"


def test_bytes_are_those_of_all_function_versions_of_the_stage() -> None:
    night = nights(3, "other")
    night.functions.publish("other", b"12345")
    mine = [each.size_bytes for each in night.functions.versions(MODEL)]

    found = plan(night)

    assert found.stored_bytes == sum(mine) + 5
    assert found.freed_bytes == mine[0]


def test_pruned_version_is_not_spoken_of_and_a_half_pruned_one_is_finished() -> None:
    night = nights(3)
    night.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")
    young = Policy(keep=10, days=365)
    assert reasons(night, young)[1] is None

    for part in GIVEN_UP:
        night.store.delete(layout.version(MODEL, 1, part))
    assert reasons(night, young)[1] is None  # its function version is still there

    night.functions.delete_version(MODEL, "1")
    assert 1 not in reasons(night, young)


def test_function_version_of_a_dead_run_goes_after_a_day(night: FakeOutside) -> None:
    function_version = dead_run(night, "dead")
    night.clock.sleep(DAY)
    assert plan(night).leftovers == ()

    night.clock.sleep(60)
    assert plan(night).leftovers == (
        Leftover(function_version=function_version, run="dead", size_bytes=len(b"package of dead")),
    )


def test_dead_run_answers_for_what_it_published_and_for_nothing_else(night: FakeOutside) -> None:
    mine = dead_run(night, "dead")
    night.functions.publish(MODEL, b"by hand")
    night.clock.sleep(2 * DAY)

    assert [each.function_version for each in plan(night).leftovers] == [mine]


def test_function_version_of_a_run_that_is_going_is_no_leftover(night: FakeOutside) -> None:
    dead_run(night, going(night, "slow"))
    night.clock.sleep(3 * DAY)

    assert plan(night).leftovers == ()


def test_function_version_that_nobody_claims_is_not_ours(night: FakeOutside) -> None:
    registry.claim(night.edges, model=MODEL, run="died before it published")
    night.functions.publish(MODEL, b"by hand")
    night.clock.sleep(3 * DAY)

    assert plan(night).leftovers == ()


@pytest.mark.parametrize("missing", [1, 2])
def test_version_whose_manifest_is_gone_stands_in_nobodys_way(night: FakeOutside, missing: int) -> None:
    night.store.delete(layout.version(MODEL, missing, registry.MANIFEST))

    assert list(reasons(night)) == [3 - missing]


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []

    pruning_plan.make(nights(2).edges, model=MODEL, policy=ALL, report=lambda *step: told.append(step))

    assert told == [(f"versions of {MODEL}", 0, 2), (f"versions of {MODEL}", 1, 2)]


def test_repaired_entry_counts_from_when_it_was_recorded() -> None:
    night = nights(3)
    key = layout.ledger_entry(MODEL, 2)
    entry = documents.find(night.store, key)
    recorded_at = documents.timestamp(night.clock() - timedelta(hours=2))
    night.store.put(key, documents.encode({**entry, "moved_at": None, "recorded_at": recorded_at}))

    assert "left live" in str(reasons(night)[1])


def test_model_whose_function_is_gone_is_in_no_other_models_way() -> None:
    night = nights(3)
    catalog.write(night.store, [MODEL, "gone"])

    assert plan(night).stored_bytes == sum(each.size_bytes for each in night.functions.versions(MODEL))


def test_version_that_waits_for_approval_stays() -> None:
    night = nights(4)
    waits(night.edges, "waiting", model_version=2, since=documents.timestamp(night.clock()))

    assert reasons(night)[2] == "waits for approval"


def test_version_that_was_promoted_by_hand_while_it_waited_is_not_kept_for_that() -> None:
    night = nights(4)
    waits(night.edges, "waiting", model_version=2)  # since before it went live

    assert reasons(night)[2] is None
