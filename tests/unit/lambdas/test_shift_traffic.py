from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import BAKE, ROLLED_BACK, SUPERSEDED, SWAP
from chalicelib.contracts.rollout import RolloutDecided
from chalicelib.documents import documents
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from lambdas.model.recipe import Shift
from tests.fakes.edges import FakeOutside
from tests.given import serving_code
from tests.given.interference import Killed, raising, with_functions
from tests.given.moves import serving
from tests.given.nights import MODEL, content
from tests.given.present import present
from tests.unit.lambdas.canaries import FINGERPRINT, STEPS, after, alias_of, baked, falls_ill, ready, step, traffic
from tests.unit.lambdas.nightly_batch import RUN


def health(night: FakeOutside, number: int) -> dict[str, Any]:
    """What the run keeps of its nth look."""
    document: dict[str, Any] = documents.find(night.store, layout.run_document(RUN, f"health_{number}"))
    return document


def last_move(night: FakeOutside) -> tuple[str, str, int, str | None]:
    entry = present(Ledger(night.edges, MODEL).last())
    return entry.kind, entry.run, entry.step, entry.why


def test_first_share_is_shifted_and_bakes() -> None:
    night, task = ready()

    decided = step(night.edges, task)

    assert serving(night) == ("1", {"2": 0.1})
    assert decided == RolloutDecided(
        decision=BAKE,
        reason="version 2 has 10% of the traffic for 300 s",
        shift=1,
        bake_seconds=300,
        since="2026-11-21T03:00:00.000Z",
        revision_id=alias_of(night).revision_id,
    )
    assert last_move(night) == ("shifted", RUN, 1, "canary: 10% of the traffic for 300 s")


def test_next_share_follows_a_healthy_one_and_replaces_exactly_that() -> None:
    night, task = baked()

    decided = step(night.edges, task)

    assert (decided.decision, decided.shift, decided.bake_seconds) == (BAKE, 2, 600)
    assert serving(night) == ("1", {"2": 0.5})
    assert decided.revision_id == alias_of(night).revision_id != task.revision_id
    assert decided.since == task.since == "2026-11-21T03:00:00.000Z"


def test_what_cloudwatch_shows_late_of_a_share_is_seen_at_a_later_one() -> None:
    night, task = ready()
    night.metrics.behind = timedelta(minutes=2)
    steps = tuple(Shift(share=share, seconds=90) for share in (0.1, 0.2, 0.5))
    seen = []
    for _ in steps:
        decided = step(night.edges, task, steps=steps)
        seen.append(decided.decision)
        task = after(task, decided)
        traffic(night, "1", sound=30, ago=0)
        traffic(night, "2", failed=10, sound=20, ago=0)
        night.clock.sleep(90)

    assert seen == [BAKE, BAKE, ROLLED_BACK]


def test_swap_follows_the_last_healthy_share_and_the_weights_stay_until_then() -> None:
    night, task = baked(shares=2)
    traffic(night, "2", sound=50)
    traffic(night, "1", sound=50)

    decided = step(night.edges, task)

    assert decided == RolloutDecided(
        decision=SWAP,
        reason=(
            "50 invocations of the new version, 0 failed; 50 of the live one, 0 failed: not shown worse;"
            " at least about 120 more calls would have told a version five times as bad;"
            " no calls of both after the minutes that set the bound of durations, 70 ms"
        ),
        shift=2,
        bake_seconds=0,
        since=task.since,
        revision_id=task.revision_id,
    )
    assert serving(night) == ("1", {"2": 0.5})


def test_rollout_that_was_cut_short_meanwhile_goes_on_to_the_swap() -> None:
    night, task = baked(shares=2)

    assert step(night.edges, task, steps=STEPS[:1]).decision == SWAP


def test_without_steps_nothing_is_shifted() -> None:
    night, task = ready()

    decided = step(night.edges, task, steps=())

    assert (decided.decision, decided.reason) == (SWAP, "every share was healthy")
    assert serving(night) == ("1", {})


def test_too_little_traffic_is_told_and_the_replay_decides() -> None:
    night, task = baked()
    traffic(night, "2", sound=1)

    assert step(night.edges, task).decision == BAKE

    assert health(night, 1)["problems"] == []
    assert health(night, 1)["remarks"] == [
        "1 invocation of the new version and 0 of the live one counted (each minute 2 minutes after its end):"
        " nothing to compare, so the replay decides; if the live version fails once in 1,000 calls, about 15,000 more"
        " calls would have told a version five times as bad",
        "too few calls of the live version to compare durations: 20 are enough",
    ]


def test_every_look_is_kept_with_its_time() -> None:
    night, task = baked()

    step(night.edges, task)

    assert health(night, 1)["at"] == "2026-11-21T03:05:00.000Z"
    assert night.store.find(layout.run_document(RUN, "health_2")) is None


def test_traffic_from_before_the_shift_says_nothing() -> None:
    night, task = ready()
    traffic(night, "2", failed=50, ago=60)
    traffic(night, "1", sound=450, ago=60)
    night.clock.sleep(120)
    decided = step(night.edges, task)
    night.clock.sleep(decided.bake_seconds)

    assert step(night.edges, after(task, decided)).decision == BAKE


@pytest.mark.parametrize("shares", [1, 2])
def test_version_that_fails_its_clients_is_rolled_back_and_quarantined(shares: int) -> None:
    night, task = baked(shares=shares)
    falls_ill(night)

    decided = step(night.edges, task)

    why = (
        "10 of 100 invocations of the new version failed, of the live one 0 of 900:"
        " of versions as good as the live one, at most 1 in 1,000,000 gets there"
    )
    assert (decided.decision, decided.reason) == (ROLLED_BACK, why)
    assert serving(night) == ("1", {})
    assert last_move(night) == ("rolled_back", RUN, promotion.ROLL_BACK, why)
    quarantined = present(Quarantine(night.edges, MODEL).find(FINGERPRINT))
    assert (quarantined.model_version, quarantined.who, quarantined.why) == (2, RUN, why)
    assert health(night, shares)["problems"] == [why]


def test_version_that_is_slow_with_its_clients_is_rolled_back() -> None:
    night, task = baked()
    traffic(night, "1", sound=20, ago=240)
    traffic(night, "2", sound=20, ms=71.0)
    traffic(night, "1", sound=20)

    decided = step(night.edges, task)

    assert decided.decision == ROLLED_BACK
    assert decided.reason.startswith("20 of 20 calls of the new version took longer than 70 ms, of the live one 0 of")


@pytest.mark.parametrize("shares", [1, 2])
def test_version_whose_newest_minutes_look_bad_keeps_its_share_until_they_are_counted(shares: int) -> None:
    night, task = baked(shares=shares)
    traffic(night, "2", failed=10, ago=10)
    traffic(night, "1", sound=90, ago=10)
    alias = alias_of(night)

    waits = step(night.edges, task)
    night.clock.sleep(30)
    repeated = step(night.edges, task)
    kept = alias_of(night)
    night.clock.sleep(repeated.bake_seconds)
    at_last = step(night.edges, after(task, waits))

    assert kept == alias
    assert (waits.decision, waits.shift, waits.bake_seconds) == (BAKE, shares, 120)
    assert "the rollout waits for them" in waits.reason
    assert repeated == replace(waits, bake_seconds=90)
    assert (at_last.decision, serving(night)) == (ROLLED_BACK, ("1", {}))


def test_share_waits_for_its_newest_minutes_once() -> None:
    """A run ends, however late CloudWatch is."""
    night, task = baked()
    night.metrics.behind = timedelta(seconds=5)

    traffic(night, "2", failed=2, ago=10)
    traffic(night, "1", sound=30, ago=10)
    waits = step(night.edges, task)
    night.metrics.counted.clear()
    night.clock.sleep(waits.bake_seconds)
    traffic(night, "2", failed=2, ago=10)
    traffic(night, "1", sound=30, ago=10)
    decided = step(night.edges, after(task, waits))

    assert (waits.decision, waits.shift) == (BAKE, 1)
    assert (decided.decision, decided.shift) == (BAKE, 2)


def test_run_that_waits_for_its_newest_minutes_gives_way_to_a_pin() -> None:
    night, task = baked()
    traffic(night, "2", failed=10, ago=10)
    traffic(night, "1", sound=90, ago=10)
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")

    assert step(night.edges, task).decision == SUPERSEDED
    assert serving(night) == ("1", {})


def test_errors_that_the_live_version_makes_too_are_no_reason_to_go_back() -> None:
    night, task = baked()
    traffic(night, "2", failed=5, sound=45)
    traffic(night, "1", failed=50, sound=400)

    assert step(night.edges, task).decision == BAKE


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (serving_code.WRONG, "row 0 of the replay is attack"),
        (serving_code.RAISES, "it did not answer: it failed with MemoryError"),
        (serving_code.SLOW, "it took 3000 ms for 25 rows"),
        (serving_code.IMPOSTOR, "it says that it is model version 102"),
    ],
)
def test_version_that_misbehaves_when_it_is_asked_is_rolled_back_without_any_traffic(
    behaviour: str, words: str
) -> None:
    night, task = baked(behaviour=behaviour)

    decided = step(night.edges, task)

    assert decided.decision == ROLLED_BACK
    assert words in decided.reason
    assert serving(night) == ("1", {})


@pytest.mark.parametrize("shares", [0, 1])
@pytest.mark.parametrize("obstacle", ["pin", "quarantine", "lease"])
def test_run_that_may_not_go_on_steps_back_and_is_superseded(obstacle: str, shares: int) -> None:
    night, task = baked(shares=shares)
    if obstacle == "pin":
        Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
    elif obstacle == "quarantine":
        Quarantine(night.edges, MODEL).put(FINGERPRINT, model_version=2, who="ada", why="ill")
    else:
        night.store.delete(layout.lease(MODEL))

    decided = step(night.edges, task)

    assert decided.decision == SUPERSEDED
    assert serving(night) == ("1", {})
    assert (night.store.find(layout.judged(MODEL)) is not None) == (obstacle == "pin")


def test_ill_version_is_rolled_back_though_the_run_may_not_go_on() -> None:
    night, task = baked()
    falls_ill(night)
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")

    assert step(night.edges, task).decision == ROLLED_BACK
    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is not None


def test_step_that_is_repeated_shifts_once() -> None:
    night, task = baked()
    first = step(night.edges, task)
    before = content(night), alias_of(night)

    assert step(night.edges, task) == first
    assert (content(night), alias_of(night)) == before


def test_first_share_whose_answer_was_lost_counts_from_when_it_was_shifted() -> None:
    """The state machine asks again minutes later; meanwhile clients met the version."""
    night, task = ready()
    step(night.edges, task)
    night.clock.sleep(120)

    repeated = step(night.edges, task)

    assert repeated.since == "2026-11-21T03:00:00.000Z"


def test_rollback_that_is_repeated_says_the_same() -> None:
    night, task = baked()
    falls_ill(night)
    first = step(night.edges, task)
    before = content(night), alias_of(night)
    night.metrics.counted.clear()

    assert step(night.edges, task) == first
    assert (content(night), alias_of(night)) == before


def test_ill_twin_of_the_live_version_is_rolled_back_without_locking_that() -> None:
    night, task = baked(champion=FINGERPRINT)
    falls_ill(night)

    decided = step(night.edges, task)

    assert (decided.decision, serving(night)) == (ROLLED_BACK, ("1", {}))
    assert not Quarantine(night.edges, MODEL).holds(FINGERPRINT)


@pytest.mark.parametrize("dies", [False, True])
def test_rollback_of_a_twin_that_is_repeated_says_the_same(dies: bool) -> None:
    """Nothing is quarantined, so the move tells of the earlier try, which may have died before its entry."""
    night, task = baked(champion=FINGERPRINT)
    falls_ill(night)
    if dies:
        with pytest.raises(Killed):
            step(with_functions(night.edges, "update_alias", after=raising(Killed())), task)
    else:
        step(night.edges, task)
    night.metrics.counted.clear()

    repeated = step(night.edges, task)

    assert repeated.decision == ROLLED_BACK
    assert repeated.reason.startswith("10 of 100 invocations of the new version failed")
    assert serving(night) == ("1", {})


def test_share_is_told_in_percent() -> None:
    night, task = ready()

    assert "1%" in step(night.edges, task, steps=(Shift(share=0.01, seconds=60),)).reason


@pytest.mark.parametrize("judging", [1, 2])
def test_try_that_comes_again_after_later_shares_leaves_the_rollout_alone(judging: int) -> None:
    night, task = ready(judging=judging)
    later = after(task, step(night.edges, task))
    step(night.edges, later)

    decided = step(night.edges, task)

    assert decided.decision == SUPERSEDED
    assert serving(night) == ("1", {"2": 0.5})
    assert [entry.kind for entry in Ledger(night.edges, MODEL).entries()] == ["promoted", "shifted", "shifted"]
